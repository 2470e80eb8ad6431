package org.isogloss.trainer.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** A folder of results that appears whole or not at all. */
public final class NewFolder {
  private NewFolder() {}

  /**
   * Writes a folder, which must not exist.
   *
   * @param files contents by name
   * @throws IsoglossException OUTPUT_FAILED
   */
  public static void write(Path directory, Map<String, byte[]> files) {
    requireAbsent(directory);
    try {
      Path parent = Optional.ofNullable(directory.toAbsolutePath().getParent()).orElseThrow();
      Files.createDirectories(parent);
      Path part = Files.createTempDirectory(parent, ".part-");
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Files.write(part.resolve(file.getKey()), file.getValue());
      }
      Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, directory + " cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Refuses a folder that exists.
   *
   * @throws IsoglossException OUTPUT_FAILED
   */
  public static void requireAbsent(Path directory) {
    if (Files.exists(directory)) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, directory + " exists; results are written into a new folder");
    }
  }
}
