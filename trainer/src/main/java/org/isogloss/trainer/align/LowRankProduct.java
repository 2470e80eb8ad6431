package org.isogloss.trainer.align;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.isogloss.error.IsoglossException;

/**
 * The product of a tall and a wide matrix, as LoRA has it. Row-major; arrays are given away, not
 * copied.
 *
 * @param b {@code [outputs][rank]}
 * @param a {@code [rank][inputs]}
 */
@SuppressWarnings("ArrayRecordComponent")
public record LowRankProduct(float[] b, float[] a, int rank) {
  public LowRankProduct {
    if (rank < 1
        || b.length < rank
        || a.length < rank
        || b.length % rank != 0
        || a.length % rank != 0) {
      throw new IllegalArgumentException(
          "%d and %d values at rank %d".formatted(b.length, a.length, rank));
    }
  }

  /**
   * Of all products of a lower rank the nearest to this one in the Frobenius norm: its leading
   * singular directions (Eckart and Young, 1936). Each factor carries the root of the singular
   * values, so that neither leaves the range of half precision.
   *
   * @param lower at most {@link #rank}, nor more than there are inputs or outputs
   * @throws IsoglossException NO_SOLUTION
   */
  public LowRankProduct nearest(int lower) {
    if (lower < 1 || lower > Math.min(rank, Math.min(b.length, a.length) / rank)) {
      throw new IllegalArgumentException("rank %d cut to %d".formatted(rank, lower));
    }
    Thin left = Thin.of(matrix(b, b.length / rank, rank));
    Thin right = Thin.of(CommonOps_DDRM.transpose(matrix(a, rank, a.length / rank), null));
    Svd core = Svd.of(CommonOps_DDRM.multTransB(left.r(), right.r(), null));
    DMatrixRMaj outputs = CommonOps_DDRM.mult(left.q(), leading(core.u(), core, lower), null);
    DMatrixRMaj inputs = CommonOps_DDRM.mult(right.q(), leading(core.v(), core, lower), null);
    return new LowRankProduct(
        Rows.toFloats(outputs.data),
        Rows.toFloats(CommonOps_DDRM.transpose(inputs, null).data),
        lower);
  }

  /**
   * An orthonormal basis of a tall matrix's columns, and the matrix in that basis. By singular
   * values, since columns may depend on each other: LoRA's B begins at zero.
   */
  private record Thin(DMatrixRMaj q, DMatrixRMaj r) {
    static Thin of(DMatrixRMaj tall) {
      Svd svd = Svd.of(tall);
      DMatrixRMaj r = CommonOps_DDRM.transpose(svd.v(), null);
      CommonOps_DDRM.multRows(svd.values(), r);
      return new Thin(svd.u(), r);
    }
  }

  private static DMatrixRMaj leading(DMatrixRMaj directions, Svd svd, int count) {
    DMatrixRMaj scaled = new DMatrixRMaj(directions.numRows, count);
    for (int r = 0; r < scaled.numRows; r++) {
      for (int c = 0; c < count; c++) {
        scaled.set(r, c, directions.get(r, c) * Math.sqrt(svd.values()[c]));
      }
    }
    return scaled;
  }

  private static DMatrixRMaj matrix(float[] values, int rows, int columns) {
    DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
    for (int i = 0; i < values.length; i++) {
      matrix.data[i] = values[i];
    }
    return matrix;
  }
}
