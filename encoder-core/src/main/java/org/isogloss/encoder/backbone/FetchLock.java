package org.isogloss.encoder.backbone;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Held by one thread of one process at a time. The file's lock keeps other processes out and ends
 * with the process, however that ends; but it belongs to the whole process, so that the threads of
 * one need a lock of their own.
 */
final class FetchLock implements AutoCloseable {
  private static final Map<Path, ReentrantLock> OF_THIS_PROCESS = new ConcurrentHashMap<>();

  private final ReentrantLock ofThreads;
  private final FileLock ofProcesses;

  private FetchLock(ReentrantLock ofThreads, FileLock ofProcesses) {
    this.ofThreads = ofThreads;
    this.ofProcesses = ofProcesses;
  }

  /**
   * Waits until nobody else holds it.
   *
   * @param directory there already
   * @param name of a file in it, made if it is not there, and left: deleting it would let two hold
   *     the lock
   */
  static FetchLock take(Path directory, String name, FetchListener listener) throws IOException {
    Path real = directory.toRealPath().resolve(name);
    ReentrantLock ofThreads = OF_THIS_PROCESS.computeIfAbsent(real, ignored -> new ReentrantLock());
    ofThreads.lock();
    try {
      FileChannel channel =
          FileChannel.open(real, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          listener.step("waiting for another process that is fetching it");
          lock = channel.lock();
        }
        return new FetchLock(ofThreads, lock);
      } catch (IOException | RuntimeException | Error e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException | Error e) {
      ofThreads.unlock();
      throw e;
    }
  }

  /** By the thread that took it. */
  @Override
  public void close() throws IOException {
    try {
      // Ends the lock as well.
      ofProcesses.acquiredBy().close();
    } finally {
      ofThreads.unlock();
    }
  }
}
