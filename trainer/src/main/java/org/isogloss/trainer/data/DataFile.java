package org.isogloss.trainer.data;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isogloss.encoder.space.Digest;

/**
 * A file of training data as it was read.
 *
 * @param content digest of its content, uncompressed
 * @param rows how many sentences or pairs were read, repetitions included
 * @param leakedRows of them, those whose text stands in a suite of evaluation items; more than 0
 *     only if the user allowed it
 * @param leftOut numbers of the lines that were not read because their text stands there
 */
public record DataFile(Path path, Digest content, int rows, int leakedRows, List<Integer> leftOut) {
  public DataFile {
    leftOut = List.copyOf(leftOut);
  }

  /** Its name with the folder's, without the path of this machine. */
  public String label() {
    Path parent = path.toAbsolutePath().getParent();
    Path folder = parent == null ? null : parent.getFileName();
    return folder == null ? path.getFileName().toString() : folder + "/" + path.getFileName();
  }

  /** Abbreviated digests of files and which lines were left out, for a run's fingerprint. */
  public static List<String> contents(List<DataFile> files) {
    return files.stream()
        .map(
            file -> file.content().abbreviated() + (file.leftOut().isEmpty() ? "" : file.leftOut()))
        .toList();
  }

  /**
   * Lineage of files: {@code data_1}, …, each name, digest and rows, leaked and left out ones if
   * any.
   */
  public static Map<String, String> lineage(List<DataFile> files) {
    Map<String, String> lineage = new LinkedHashMap<>();
    for (int i = 0; i < files.size(); i++) {
      DataFile file = files.get(i);
      lineage.put(
          "data_" + (i + 1),
          "%s sha256:%s rows:%d%s%s"
              .formatted(
                  file.label(),
                  file.content().hex(),
                  file.rows(),
                  file.leakedRows() > 0 ? " leaked:" + file.leakedRows() : "",
                  file.leftOut().isEmpty() ? "" : " left_out:" + file.leftOut().size()));
    }
    return lineage;
  }
}
