package org.isogloss.streams.command;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder that is gone with everything in it when closed. */
final class TemporaryDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TemporaryDirectory.class);

  private final Path path;

  private TemporaryDirectory(Path path) {
    this.path = path;
  }

  /**
   * @throws IsoglossException OUTPUT_FAILED
   */
  static TemporaryDirectory create() {
    try {
      return new TemporaryDirectory(Files.createTempDirectory("isogloss-"));
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "cannot create a temporary folder: " + e.getMessage(), e);
    }
  }

  Path path() {
    return path;
  }

  /** Deletes the folder; what cannot be deleted stays and is logged. */
  @Override
  public void close() {
    try {
      Files.walkFileTree(path, new Deletion());
    } catch (NoSuchFileException e) {
      log.debug("{} is gone already", path, e);
    } catch (IOException e) {
      log.warn("{} could not be deleted", path, e);
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
