package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.mining.VectorMatrix;
import org.isogloss.mining.npy.NpyFile;

/** One side of what is mined: its vectors, and which row of the input each belongs to. */
final class MiningSide implements AutoCloseable {
  private final String name;
  private final VectorMatrix vectors;
  private final int[] rows;
  private final TreeSet<String> spaces;

  private MiningSide(String name, VectorMatrix vectors, int[] rows, TreeSet<String> spaces) {
    this.name = name;
    this.vectors = vectors;
    this.rows = rows;
    this.spaces = spaces;
  }

  /**
   * Vectors of a file, without the rows that are all NaN, which `encode` writes for refused lines.
   *
   * @throws IsoglossException BAD_INPUT_FILE
   */
  static MiningSide ofVectors(Path file) {
    VectorMatrix all = NpyFile.read(file);
    List<Integer> kept = new ArrayList<>();
    for (int row = 0; row < all.rows(); row++) {
      if (!isAllNaN(all.row(row))) {
        kept.add(row);
      }
    }
    int[] rows = kept.stream().mapToInt(Integer::intValue).toArray();
    if (rows.length == all.rows()) {
      return new MiningSide(file.toString(), all, rows, new TreeSet<>());
    }
    try (all) {
      VectorMatrix some = VectorMatrix.allocate(rows.length, all.dimension());
      for (int i = 0; i < rows.length; i++) {
        some.put(i, all.row(rows[i]));
      }
      return new MiningSide(file.toString(), some, rows, new TreeSet<>());
    }
  }

  private static boolean isAllNaN(float[] vector) {
    for (float value : vector) {
      if (!Float.isNaN(value)) {
        return false;
      }
    }
    return true;
  }

  /** Encodes lines in the cross-lingual view; refused lines are left out, and told. */
  static MiningSide encode(
      LineEncoder encoder,
      List<InputLine> lines,
      String name,
      Optional<String> language,
      Terminal terminal) {
    Collector collector = new Collector();
    try (Progress progress = Progress.of(terminal, "encoding " + name, lines.size())) {
      encoder.encode(
          lines.iterator(),
          new LineEncoder.Task(name, language, View.CROSS_LINGUAL),
          collector,
          (done, tokens) -> progress.update(done));
    }
    if (collector.refused > 0) {
      terminal.note(
          "%s: %d of %d lines left out, the first for %s",
          name, collector.refused, lines.size(), collector.firstRefusal);
    }
    int dimension = collector.vectors.isEmpty() ? 1 : collector.vectors.getFirst().length;
    VectorMatrix matrix = VectorMatrix.allocate(collector.vectors.size(), dimension);
    for (int row = 0; row < collector.vectors.size(); row++) {
      matrix.put(row, collector.vectors.get(row));
    }
    return new MiningSide(
        name,
        matrix,
        collector.rows.stream().mapToInt(Integer::intValue).toArray(),
        collector.spaces);
  }

  private static final class Collector implements ResultWriter {
    final List<float[]> vectors = new ArrayList<>();
    final List<Integer> rows = new ArrayList<>();
    final TreeSet<String> spaces = new TreeSet<>();
    int refused;
    String firstRefusal = "";

    @Override
    public void write(LineResult result) {
      int row = vectors.size() + refused;
      switch (result) {
        case LineResult.Vector vector -> {
          vectors.add(vector.vector());
          spaces.add(vector.space());
          rows.add(row);
        }
        case LineResult.Refusal refusal -> {
          refused++;
          if (refused == 1) {
            firstRefusal = refusal.code() + ": " + refusal.message();
          }
        }
      }
    }

    @Override
    public void close() {}
  }

  VectorMatrix vectors() {
    return vectors;
  }

  /** The row of the input, counted from 0, that a row of the vectors belongs to. */
  int row(int ofVectors) {
    return rows[ofVectors];
  }

  /**
   * @throws IsoglossException SPACE_MISMATCH if the two sides' vectors may not be compared
   */
  void requireComparable(MiningSide other) {
    boolean bothHaveRows = vectors.rows() > 0 && other.vectors.rows() > 0;
    if (bothHaveRows && vectors.dimension() != other.vectors.dimension()) {
      throw new IsoglossException(
          ErrorCode.SPACE_MISMATCH,
          "%s has %d dimensions, %s has %d"
              .formatted(name, vectors.dimension(), other.name, other.vectors.dimension()));
    }
    TreeSet<String> all = new TreeSet<>(spaces);
    all.addAll(other.spaces);
    if (all.size() > 1) {
      throw new IsoglossException(
          ErrorCode.SPACE_MISMATCH,
          "%s and %s are of the spaces %s".formatted(name, other.name, all));
    }
  }

  @Override
  public void close() {
    vectors.close();
  }
}
