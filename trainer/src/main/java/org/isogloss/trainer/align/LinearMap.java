package org.isogloss.trainer.align;

/**
 * y = M x + b, in single precision as modules carry it. Arrays are given away, not copied.
 *
 * @param matrix {@code [outputs][inputs]}, row-major
 * @param offset {@code [outputs]}
 */
@SuppressWarnings("ArrayRecordComponent")
public record LinearMap(float[][] matrix, float[] offset) {
  public LinearMap {
    if (matrix.length == 0 || matrix.length != offset.length) {
      throw new IllegalArgumentException(
          "%d rows, %d offsets".formatted(matrix.length, offset.length));
    }
  }

  /** The map of one vector, {@code [outputs]}. */
  public float[] apply(float[] x) {
    float[] y = new float[offset.length];
    for (int o = 0; o < y.length; o++) {
      double sum = offset[o];
      float[] row = matrix[o];
      for (int i = 0; i < x.length; i++) {
        sum += (double) row[i] * x[i];
      }
      y[o] = (float) sum;
    }
    return y;
  }
}
