package org.isogloss.trainer.focus;

import java.util.List;
import java.util.Random;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;

/** The backbone's embedding table, read row by row, and its statistics. Immutable. */
final class BackboneTable {
  private final TensorEntry tensor;
  private final int rows;
  private final int dimension;
  private final double[] mean;
  private final double[] deviation;
  private final double meanNorm;

  BackboneTable(Backbone backbone) {
    this(backbone.tensor("embeddings.word_embeddings.weight"));
  }

  BackboneTable(TensorEntry tensor) {
    this.tensor = tensor;
    this.rows = Math.toIntExact(tensor.shape().getFirst());
    this.dimension = Math.toIntExact(tensor.shape().getLast());
    this.mean = new double[dimension];
    this.deviation = new double[dimension];
    double norms = 0;
    for (int id = 0; id < rows; id++) {
      float[] row = row(id);
      norms += norm(row);
      for (int c = 0; c < dimension; c++) {
        mean[c] += row[c];
        deviation[c] += (double) row[c] * row[c];
      }
    }
    for (int c = 0; c < dimension; c++) {
      mean[c] /= rows;
      deviation[c] = Math.sqrt(Math.max(0, deviation[c] / rows - mean[c] * mean[c]));
    }
    meanNorm = norms / rows;
  }

  int rows() {
    return rows;
  }

  int dimension() {
    return dimension;
  }

  /** A copy of a row. */
  float[] row(int id) {
    long bytes = (long) dimension * tensor.type().bytes();
    return new TensorEntry(
            tensor.name(),
            tensor.type(),
            List.of((long) dimension),
            tensor.segment().asSlice(id * bytes, bytes))
        .toFloats();
  }

  /** The mean row, with the mean norm of the rows. */
  float[] meanRow() {
    float[] row = new float[dimension];
    for (int c = 0; c < dimension; c++) {
      row[c] = (float) mean[c];
    }
    scale(row, meanNorm);
    return row;
  }

  /** A row as the table's could be: normal, component by component. */
  float[] drawn(Random random) {
    float[] row = new float[dimension];
    for (int c = 0; c < dimension; c++) {
      row[c] = (float) (mean[c] + deviation[c] * random.nextGaussian());
    }
    return row;
  }

  static double norm(float[] row) {
    double square = 0;
    for (float value : row) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }

  /** Gives a row a norm, unless it is zero. */
  static void scale(float[] row, double norm) {
    double factor = norm / Math.max(norm(row), Double.MIN_NORMAL);
    for (int c = 0; c < row.length; c++) {
      row[c] = (float) (row[c] * factor);
    }
  }
}
