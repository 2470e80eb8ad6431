package org.isogloss.encoder.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * Constant vectors that losses compare with: of the pivot's sentences, encoded once. Belongs to the
 * {@link TrainingEncoder} that made it and is closed with it. Safe for several threads.
 */
public final class VectorBank {
  private final float[][] raw;
  private final double[] norms;
  private final NDArray columns;

  /**
   * @param raw {@code [vectors][dimension]}, not copied
   */
  VectorBank(NDManager owner, DataType type, float[][] raw) {
    this.raw = raw;
    this.norms = new double[raw.length];
    int dimension = raw.length == 0 ? 0 : raw[0].length;
    for (int row = 0; row < raw.length; row++) {
      double square = 0;
      for (float value : raw[row]) {
        square += (double) value * value;
      }
      if (!(square > 0) || Double.isInfinite(square)) {
        throw new IllegalArgumentException("vector " + row + " of a bank has no direction");
      }
      norms[row] = Math.sqrt(square);
    }
    double[] unit = new double[Math.multiplyExact(raw.length, dimension)];
    for (int row = 0; row < raw.length; row++) {
      for (int i = 0; i < dimension; i++) {
        unit[i * raw.length + row] = raw[row][i] / norms[row];
      }
    }
    this.columns = GradientProgram.tensor(owner, unit, new Shape(dimension, raw.length), type);
  }

  public int size() {
    return raw.length;
  }

  /** All vectors brought to unit length, {@code [dimension][vectors]}. */
  NDArray columns() {
    return columns;
  }

  /** Some of them, {@code [indices][dimension]}. */
  NDArray rows(NDManager step, DataType type, List<Integer> indices, boolean unitLength) {
    int dimension = raw[0].length;
    double[] values = new double[indices.size() * dimension];
    for (int row = 0; row < indices.size(); row++) {
      int index = indices.get(row);
      double divisor = unitLength ? norms[index] : 1;
      for (int i = 0; i < dimension; i++) {
        values[row * dimension + i] = raw[index][i] / divisor;
      }
    }
    return GradientProgram.tensor(step, values, new Shape(indices.size(), dimension), type);
  }
}
