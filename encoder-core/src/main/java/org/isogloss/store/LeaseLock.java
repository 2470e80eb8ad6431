package org.isogloss.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells other processes that a file of the cache is in use: a lock of the operating system, which
 * goes with the process that holds it, however that ends. Such locks belong to a process and not to
 * whoever asked for them, so they are counted here, over all caches of this process.
 *
 * <p>Safe for several threads.
 */
final class LeaseLock implements AutoCloseable {
  private record Held(FileChannel channel, FileLock lock, int holders) {}

  private static final Map<Path, Held> HELD = new HashMap<>();

  private final Path file;
  private boolean closed;

  private LeaseLock(Path file) {
    this.file = file;
  }

  /** Holds the file together with whoever else does; waits while somebody deletes. */
  static LeaseLock shared(Path file) throws IOException {
    Path path = file.toAbsolutePath().normalize();
    synchronized (HELD) {
      Held held = HELD.get(path);
      if (held == null) {
        FileChannel channel = open(path);
        try {
          held = new Held(channel, channel.lock(0, Long.MAX_VALUE, true), 0);
        } catch (IOException | RuntimeException e) {
          channel.close();
          throw e;
        }
      }
      HELD.put(path, new Held(held.channel(), held.lock(), held.holders() + 1));
    }
    return new LeaseLock(path);
  }

  /**
   * Runs the action while nobody holds the file.
   *
   * @return whether it ran; it does not while anybody holds the file, here or elsewhere
   */
  static boolean ifFree(Path file, Action action) throws IOException {
    Path path = file.toAbsolutePath().normalize();
    synchronized (HELD) {
      if (HELD.containsKey(path)) {
        return false;
      }
      try (FileChannel channel = open(path);
          AutoClosedLock lock = new AutoClosedLock(Optional.ofNullable(channel.tryLock()))) {
        if (lock.lock().isEmpty()) {
          return false;
        }
        action.run();
        return true;
      }
    }
  }

  /** What is done under an exclusive lock. */
  interface Action {
    void run() throws IOException;
  }

  private record AutoClosedLock(Optional<FileLock> lock) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (lock.isPresent()) {
        lock.get().release();
      }
    }
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Closing twice does nothing. */
  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      Held held = HELD.get(file);
      if (closed || held == null) {
        return;
      }
      closed = true;
      if (held.holders() > 1) {
        HELD.put(file, new Held(held.channel(), held.lock(), held.holders() - 1));
        return;
      }
      HELD.remove(file);
      held.channel().close();
    }
  }
}
