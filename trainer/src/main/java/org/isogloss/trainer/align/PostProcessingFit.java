package org.isogloss.trainer.align;

import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Post-processing of a language module, estimated from plain text: p = P (m − μ). Deterministic.
 *
 * @param mean μ, {@code [dimension]}
 * @param whitening P, {@code [dimension][dimension]}; empty: centring only
 */
@SuppressWarnings("ArrayRecordComponent")
public record PostProcessingFit(float[] mean, Optional<float[][]> whitening) {
  private static final int MINIMUM_SENTENCES = 20;

  /** Only the mean. Removes what all sentences of the language share: its "language vector". */
  public static PostProcessingFit centre(float[][] pooled) {
    DMatrixRMaj rows = Rows.matrix(pooled, MINIMUM_SENTENCES);
    return new PostProcessingFit(Rows.toFloats(Rows.mean(rows)), Optional.empty());
  }

  /**
   * Mean and ZCA whitening (Bell and Sejnowski 1997; for sentence vectors Su et al. 2021): P = (Σ +
   * λ·tr(Σ)/d·I)^(−1/2), scaled to keep the mean variance. Symmetric, so that directions keep their
   * meaning.
   *
   * @param shrinkage λ in [0, 1]; with fewer sentences than dimensions it must be above 0
   */
  public static PostProcessingFit whiten(float[][] pooled, double shrinkage) {
    if (!(shrinkage >= 0) || shrinkage > 1) {
      throw new IllegalArgumentException("shrinkage " + shrinkage);
    }
    DMatrixRMaj rows = Rows.matrix(pooled, MINIMUM_SENTENCES);
    double[] mean = Rows.mean(rows);
    Rows.subtract(rows, mean);
    DMatrixRMaj covariance = Rows.crossCovariance(rows, rows);
    double scale = CommonOps_DDRM.trace(covariance) / covariance.numCols;
    DMatrixRMaj power = inverseSquareRoot(covariance, shrinkage * scale);
    CommonOps_DDRM.scale(Math.sqrt(scale), power);
    return new PostProcessingFit(Rows.toFloats(mean), Optional.of(Rows.toFloats(power)));
  }

  /** p = P (m − μ), {@code [dimension]}. */
  public float[] apply(float[] pooled) {
    float[] centred = new float[pooled.length];
    for (int i = 0; i < centred.length; i++) {
      centred[i] = pooled[i] - mean[i];
    }
    return whitening.map(p -> new LinearMap(p, new float[p.length]).apply(centred)).orElse(centred);
  }

  /** (C + ridge·I)^(−1/2) of a symmetric C; symmetric to the bit. */
  static DMatrixRMaj inverseSquareRoot(DMatrixRMaj symmetric, double ridge) {
    int n = symmetric.numCols;
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, true, true);
    if (!eigen.decompose(symmetric.copy())) {
      throw new IsoglossException(ErrorCode.NO_SOLUTION, "the covariance has no eigenvalues");
    }
    DMatrixRMaj scaled = new DMatrixRMaj(n, n);
    DMatrixRMaj vectors = new DMatrixRMaj(n, n);
    for (int k = 0; k < n; k++) {
      double value = eigen.getEigenvalue(k).getReal() + ridge;
      if (!(value > 1e-12)) {
        throw new IsoglossException(
            ErrorCode.NO_SOLUTION,
            "the covariance is singular: too few or too uniform sentences for so little shrinkage");
      }
      DMatrixRMaj vector = eigen.getEigenVector(k);
      for (int r = 0; r < n; r++) {
        vectors.set(r, k, vector.get(r));
        scaled.set(r, k, vector.get(r) / Math.sqrt(value));
      }
    }
    DMatrixRMaj result = new DMatrixRMaj(n, n);
    CommonOps_DDRM.multTransB(scaled, vectors, result);
    for (int r = 0; r < n; r++) {
      for (int c = 0; c < r; c++) {
        result.set(r, c, result.get(c, r));
      }
    }
    return result;
  }
}
