package org.isogloss.trainer.align;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Vectors as rows of a matrix, and the sums over them that every closed form starts from. */
final class Rows {
  private Rows() {}

  /**
   * @param minimum fewer rows are refused: the estimate would mean nothing
   */
  static DMatrixRMaj matrix(float[][] vectors, int minimum) {
    if (vectors.length < minimum) {
      throw new IsoglossException(
          ErrorCode.TOO_LITTLE_DATA,
          "%d sentences, at least %d are needed".formatted(vectors.length, minimum));
    }
    DMatrixRMaj m = new DMatrixRMaj(vectors.length, vectors[0].length);
    for (int r = 0; r < vectors.length; r++) {
      for (int c = 0; c < m.numCols; c++) {
        m.data[r * m.numCols + c] = vectors[r][c];
      }
    }
    return m;
  }

  /** The mean row, {@code [dimension]}. */
  static double[] mean(DMatrixRMaj rows) {
    double[] mean = new double[rows.numCols];
    for (int r = 0; r < rows.numRows; r++) {
      for (int c = 0; c < rows.numCols; c++) {
        mean[c] += rows.data[r * rows.numCols + c];
      }
    }
    for (int c = 0; c < mean.length; c++) {
      mean[c] /= rows.numRows;
    }
    return mean;
  }

  static void subtract(DMatrixRMaj rows, double[] mean) {
    for (int r = 0; r < rows.numRows; r++) {
      for (int c = 0; c < rows.numCols; c++) {
        rows.data[r * rows.numCols + c] -= mean[c];
      }
    }
  }

  /** Brings every row to unit length; a zero row stays zero. */
  static void normalise(DMatrixRMaj rows) {
    for (int r = 0; r < rows.numRows; r++) {
      double square = 0;
      for (int c = 0; c < rows.numCols; c++) {
        double v = rows.data[r * rows.numCols + c];
        square += v * v;
      }
      if (square > 0) {
        double scale = 1 / Math.sqrt(square);
        for (int c = 0; c < rows.numCols; c++) {
          rows.data[r * rows.numCols + c] *= scale;
        }
      }
    }
  }

  /** aᵀ b / rows. */
  static DMatrixRMaj crossCovariance(DMatrixRMaj a, DMatrixRMaj b) {
    DMatrixRMaj result = new DMatrixRMaj(a.numCols, b.numCols);
    CommonOps_DDRM.multTransA(1.0 / a.numRows, a, b, result);
    return result;
  }

  static float[][] toFloats(DMatrixRMaj m) {
    float[][] floats = new float[m.numRows][m.numCols];
    for (int r = 0; r < m.numRows; r++) {
      for (int c = 0; c < m.numCols; c++) {
        floats[r][c] = (float) m.data[r * m.numCols + c];
      }
    }
    return floats;
  }

  static float[] toFloats(double[] v) {
    float[] floats = new float[v.length];
    for (int i = 0; i < v.length; i++) {
      floats[i] = (float) v[i];
    }
    return floats;
  }
}
