package org.isogloss.trainer.align;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Singular values in descending order; columns of u and v belong to them. */
record Svd(DMatrixRMaj u, double[] values, DMatrixRMaj v) {
  /**
   * Decomposes a matrix.
   *
   * @throws IsoglossException NO_SOLUTION
   */
  static Svd of(DMatrixRMaj matrix) {
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(matrix.numRows, matrix.numCols, true, true, true);
    if (!svd.decompose(matrix)) {
      throw new IsoglossException(ErrorCode.NO_SOLUTION, "no singular value decomposition found");
    }
    double[] values = svd.getSingularValues();
    int n = svd.numberOfSingularValues();
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(values[b], values[a]));
    DMatrixRMaj u = svd.getU(null, false);
    DMatrixRMaj v = svd.getV(null, false);
    DMatrixRMaj sortedU = new DMatrixRMaj(u.numRows, n);
    DMatrixRMaj sortedV = new DMatrixRMaj(v.numRows, n);
    double[] sorted = new double[n];
    for (int k = 0; k < n; k++) {
      int from = order[k];
      sorted[k] = values[from];
      for (int r = 0; r < u.numRows; r++) {
        sortedU.set(r, k, u.get(r, from));
      }
      for (int r = 0; r < v.numRows; r++) {
        sortedV.set(r, k, v.get(r, from));
      }
    }
    return new Svd(sortedU, sorted, sortedV);
  }
}
