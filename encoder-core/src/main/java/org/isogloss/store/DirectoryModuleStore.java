package org.isogloss.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A module store in a directory, shared between machines by whatever file system it lies on. A pack
 * is {@code ROOT/ab/abcdef….isogloss}, ab being the first two digits of its digest.
 */
public final class DirectoryModuleStore implements ModuleStore {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryModuleStore.class);

  private static final int BUFFER_BYTES = 1 << 20;

  private final Path root;

  /**
   * @param root created at the first {@link #put} if absent
   */
  public DirectoryModuleStore(Path root) {
    this.root = root;
  }

  @Override
  public void put(Digest digest, Path pack) {
    try {
      requireDigest(digest, pack, pack.toString());
      Path target = path(digest);
      Path folder = root.resolve(digest.hex().substring(0, 2));
      Files.createDirectories(folder);
      if (Files.exists(target) && Digest.ofFile(target).equals(digest)) {
        return;
      }
      Path part = Files.createTempFile(folder, ".part-", null);
      try {
        Files.copy(pack, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(
            part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.STORE_UNAVAILABLE, "cannot write to the module store " + root, e);
    }
  }

  @Override
  public void get(Digest digest, Path target) {
    if (!Files.isDirectory(root)) {
      throw new IsoglossException(
          ErrorCode.STORE_UNAVAILABLE, "the module store " + root + " is not there");
    }
    try (FileChannel pack = open(digest)) {
      boolean whole = false;
      try (FileChannel out =
          FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        copy(pack, out);
        requireDigest(digest, target, path(digest).toString());
        whole = true;
      } catch (FileAlreadyExistsException e) {
        whole = true; // Of somebody else, and not ours to remove.
        throw new IsoglossException(ErrorCode.OUTPUT_FAILED, target + " is there already", e);
      } catch (IOException e) {
        throw new IsoglossException(
            ErrorCode.OUTPUT_FAILED, "cannot write " + target + ": " + e.getMessage(), e);
      } finally {
        if (!whole) {
          remove(target);
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private FileChannel open(Digest digest) throws IOException {
    try {
      return FileChannel.open(path(digest), StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new IsoglossException(
          ErrorCode.MODULE_MISSING, "the module store " + root + " lacks " + digest, e);
    }
  }

  /**
   * @throws IOException if the copy cannot be written; a store that cannot be read is coded
   */
  private void copy(FileChannel pack, FileChannel out) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    while (read(pack, buffer) >= 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      buffer.clear();
    }
  }

  private int read(FileChannel pack, ByteBuffer buffer) {
    try {
      return pack.read(buffer);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private IsoglossException unreadable(IOException e) {
    return new IsoglossException(
        ErrorCode.STORE_UNAVAILABLE,
        "cannot read the module store " + root + ": " + e.getMessage(),
        e);
  }

  private static void remove(Path target) {
    try {
      Files.deleteIfExists(target);
    } catch (IOException e) {
      LOG.warn("{} is no whole module and cannot be removed", target, e);
    }
  }

  @Override
  public String location() {
    return root.toString();
  }

  private Path path(Digest digest) {
    return root.resolve(digest.hex().substring(0, 2)).resolve(digest.hex() + ".isogloss");
  }

  private static void requireDigest(Digest digest, Path file, String name) throws IOException {
    Digest actual = Digest.ofFile(file);
    if (!actual.equals(digest)) {
      throw new IsoglossException(
          ErrorCode.DIGEST_MISMATCH,
          "%s is %s, not %s".formatted(name, actual.abbreviated(), digest.abbreviated()));
    }
  }
}
