package org.isogloss.trainer.data;

import java.nio.file.Path;
import org.isogloss.encoder.space.Digest;

/**
 * A file of training data as it was read.
 *
 * @param content digest of its content, uncompressed
 * @param rows how many sentences or pairs it holds, repetitions included
 */
public record DataFile(Path path, Digest content, int rows) {
  /** Its name with the folder's, without the path of this machine. */
  public String label() {
    Path parent = path.toAbsolutePath().getParent();
    Path folder = parent == null ? null : parent.getFileName();
    return folder == null ? path.getFileName().toString() : folder + "/" + path.getFileName();
  }
}
