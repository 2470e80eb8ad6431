package org.isogloss.kafka;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * The folder of a broker that runs inside a process of ours, held by that process until closed: who
 * holds it says at which address its broker answers. Safe for several threads.
 */
public final class DataDirectory implements AutoCloseable {
  private static final String LOCK = "broker.lock";
  private static final String ADDRESS = "broker.address";
  private static final String LOGS = "kafka";
  private static final Pattern ADDRESS_FORM = Pattern.compile("[^\\s:]+:\\d{1,5}");

  // Closing any channel of a file drops the process's locks on it (POSIX), so that a directory held
  // by this very process must be found out without opening its lock file.
  private static final Set<Path> heldHere = new HashSet<>();

  private final Path root;
  private final FileChannel channel;
  private final FileLock lock;

  private DataDirectory(Path root, FileChannel channel, FileLock lock) {
    this.root = root;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes hold of a folder, made if need be.
   *
   * @throws IsoglossException DATA_DIRECTORY_IN_USE; BROKER_FAILED
   */
  public static DataDirectory hold(Path directory) {
    try {
      Files.createDirectories(directory);
      Path root = directory.toRealPath();
      synchronized (heldHere) {
        if (heldHere.contains(root)) {
          throw inUse(root);
        }
        FileChannel channel =
            FileChannel.open(
                root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
          channel.close();
          throw inUse(root);
        }
        heldHere.add(root);
        DataDirectory held = new DataDirectory(root, channel, lock);
        held.forgetAddress();
        return held;
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_FAILED, "cannot use the data directory " + directory + ": " + e, e);
    }
  }

  private static IsoglossException inUse(Path root) {
    return new IsoglossException(
        ErrorCode.DATA_DIRECTORY_IN_USE,
        root
            + " belongs to a running broker"
            + readAddress(root)
                .map(address -> " at " + address)
                .orElse(", which is just starting"));
  }

  /** The address of the broker that holds this directory now, in this or another process. */
  public static Optional<String> runningAddress(Path directory) {
    try {
      Path root = directory.toRealPath();
      synchronized (heldHere) {
        if (heldHere.contains(root)) {
          return readAddress(root);
        }
        try (FileChannel channel = FileChannel.open(root.resolve(LOCK), StandardOpenOption.WRITE)) {
          try (FileLock free = channel.tryLock()) {
            // Whoever held it is gone; what it wrote no longer counts.
            return free == null ? readAddress(root) : Optional.empty();
          }
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_FAILED, "cannot read the data directory " + directory + ": " + e, e);
    }
  }

  private static Optional<String> readAddress(Path root) {
    try {
      String address = Files.readString(root.resolve(ADDRESS), StandardCharsets.UTF_8).strip();
      return Optional.of(address).filter(text -> ADDRESS_FORM.matcher(text).matches());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Where the broker keeps its records. */
  public Path logs() {
    return root.resolve(LOGS);
  }

  /** Says at which address, {@code host:port}, the broker answers. */
  public void publish(String address) throws IOException {
    Path draft = Files.createTempFile(root, ADDRESS, ".tmp");
    Files.writeString(draft, address + "\n", StandardCharsets.UTF_8);
    Files.move(
        draft,
        root.resolve(ADDRESS),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void forgetAddress() throws IOException {
    Files.deleteIfExists(root.resolve(ADDRESS));
  }

  @Override
  public void close() {
    synchronized (heldHere) {
      if (!heldHere.remove(root)) {
        return;
      }
      try {
        forgetAddress();
        lock.release();
        channel.close();
      } catch (IOException e) {
        throw new IsoglossException(
            ErrorCode.BROKER_FAILED, "cannot release the data directory " + root + ": " + e, e);
      }
    }
  }
}
