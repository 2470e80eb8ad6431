package org.isogloss.it.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isogloss.mining.VectorMatrix;
import org.isogloss.mining.npy.NpyFile;

/**
 * What {@code encode --format npy} writes.
 *
 * @param rows one a line of input
 * @param ids the lines of {@code .ids.tsv}, the heading among them
 */
record EncodedArray(List<float[]> rows, List<String> ids) {

  static EncodedArray read(Path file) {
    List<float[]> rows = new ArrayList<>();
    try (VectorMatrix matrix = NpyFile.read(file)) {
      for (int row = 0; row < matrix.rows(); row++) {
        rows.add(matrix.row(row));
      }
    }
    try {
      return new EncodedArray(
          rows, Files.readAllLines(file.resolveSibling(file.getFileName() + ".ids.tsv"), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
