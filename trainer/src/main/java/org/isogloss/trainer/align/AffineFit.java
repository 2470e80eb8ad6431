package org.isogloss.trainer.align;

import java.util.Arrays;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Affine alignments in closed form, from a language's vectors to the pivot's, row i of both being
 * translations. Inputs are post-processed vectors p, {@code [rows][dimension]}, not of unit length:
 * the maps are applied to p. Targets are the pivot's vectors; only their direction counts.
 * Deterministic; a thousand pairs take seconds.
 */
public final class AffineFit {
  private static final int MINIMUM_PAIRS = 20;

  private AffineFit() {}

  /**
   * The rotation that brings unit vectors of both sides closest: R = U Vᵀ of the singular value
   * decomposition of yᵀx (Schönemann 1966). Keeps all angles, so it cannot overfit much.
   */
  public static LinearMap procrustes(float[][] source, float[][] pivot) {
    DMatrixRMaj x = unit(source);
    DMatrixRMaj y = unit(pivot);
    requireParallel(x, y);
    return rotation(Svd.of(Rows.crossCovariance(y, x)));
  }

  /**
   * The rotation of {@link #procrustes}, held to the identity: R = U Vᵀ of the singular value
   * decomposition of yᵀx + λ s̄ I, where s̄ is the mean singular value of yᵀx. It is the rotation
   * that minimises Σ‖y − R x‖² + λ s̄ ‖R − I‖². Directions that the pairs say little about stay as
   * they are, so the map does little harm to text unlike the pairs, and it stretches none, as
   * regression does where domains differ; λ → ∞ changes nothing. Wants both sides centred or
   * whitened, and spaces that are roughly aligned, as those of one multilingual backbone.
   *
   * @param strength λ, above 0
   */
  public static LinearMap anchored(float[][] source, float[][] pivot, double strength) {
    requirePositive(strength);
    DMatrixRMaj x = unit(source);
    DMatrixRMaj y = unit(pivot);
    requireParallel(x, y);
    DMatrixRMaj products = Rows.crossCovariance(y, x);
    double mean = Arrays.stream(Svd.of(products).values()).average().orElseThrow();
    addToDiagonal(products, strength * mean);
    return rotation(Svd.of(products));
  }

  private static LinearMap rotation(Svd svd) {
    DMatrixRMaj rotation = new DMatrixRMaj(svd.u().numRows, svd.v().numRows);
    CommonOps_DDRM.multTransB(svd.u(), svd.v(), rotation);
    return new LinearMap(Rows.toFloats(rotation), new float[rotation.numRows]);
  }

  /**
   * Whitening of the source (see {@link PostProcessingFit#whiten}), then the rotation of {@link
   * #procrustes}, folded into one map: R = U Vᵀ P, r = −R x̄. For a pivot that its own module
   * whitens, while the language's module only centres: one matrix instead of two.
   *
   * @param shrinkage of the whitening
   */
  public static LinearMap whitenedProcrustes(float[][] source, float[][] pivot, double shrinkage) {
    requirePositive(shrinkage);
    PostProcessingFit whitening = PostProcessingFit.whiten(source, shrinkage);
    float[][] white = Stream.of(source).map(whitening::apply).toArray(float[][]::new);
    LinearMap rotation = procrustes(white, pivot);
    DMatrixRMaj map =
        product(
            Rows.matrix(rotation.matrix(), 1), Rows.matrix(whitening.whitening().orElseThrow(), 1));
    double[] meanX = new double[whitening.mean().length];
    for (int i = 0; i < meanX.length; i++) {
      meanX[i] = whitening.mean()[i];
    }
    return withOffset(map, meanX, new double[map.numRows]);
  }

  /**
   * Ridge regression: R = Σ_yx (Σ_xx + λ·tr(Σ_xx)/d·I)⁻¹ on centred vectors, r = ȳ − R x̄ (Hoerl
   * and Kennard 1970).
   *
   * @param strength λ, above 0
   */
  public static LinearMap ridge(float[][] source, float[][] pivot, double strength) {
    requirePositive(strength);
    DMatrixRMaj x = Rows.matrix(source, MINIMUM_PAIRS);
    DMatrixRMaj y = unit(pivot);
    requireParallel(x, y);
    double[] meanX = Rows.mean(x);
    double[] meanY = Rows.mean(y);
    Rows.subtract(x, meanX);
    Rows.subtract(y, meanY);
    DMatrixRMaj xx = Rows.crossCovariance(x, x);
    addToDiagonal(xx, strength * CommonOps_DDRM.trace(xx) / xx.numCols);
    DMatrixRMaj transposed = solve(xx, Rows.crossCovariance(x, y));
    return withOffset(CommonOps_DDRM.transpose(transposed, null), meanX, meanY);
  }

  /**
   * Canonical correlation analysis (Hotelling 1936), as a map into the pivot's own space: x is
   * whitened, turned onto the pivot's canonical directions, each weighted by its correlation ρ, and
   * brought back by the pivot's square root: R = Σ_yy^½ U ρ Vᵀ Σ_xx^(−½), where U ρ Vᵀ is the
   * singular value decomposition of the whitened cross-covariance. Directions beyond {@code
   * components} are dropped. With all of them this is regression; fewer of them keep what both
   * languages share.
   *
   * @param strength regularisation of both covariances, as in {@link #ridge}
   */
  public static LinearMap canonical(
      float[][] source, float[][] pivot, int components, double strength) {
    requirePositive(strength);
    DMatrixRMaj x = Rows.matrix(source, MINIMUM_PAIRS);
    DMatrixRMaj y = unit(pivot);
    requireParallel(x, y);
    if (components < 1 || components > Math.min(x.numCols, y.numCols)) {
      throw new IllegalArgumentException("components " + components);
    }
    double[] meanX = Rows.mean(x);
    double[] meanY = Rows.mean(y);
    Rows.subtract(x, meanX);
    Rows.subtract(y, meanY);
    DMatrixRMaj xx = Rows.crossCovariance(x, x);
    DMatrixRMaj yy = Rows.crossCovariance(y, y);
    double ridgeX = strength * CommonOps_DDRM.trace(xx) / xx.numCols;
    double ridgeY = strength * CommonOps_DDRM.trace(yy) / yy.numCols;
    DMatrixRMaj whitenX = PostProcessingFit.inverseSquareRoot(xx, ridgeX);
    DMatrixRMaj whitenY = PostProcessingFit.inverseSquareRoot(yy, ridgeY);
    DMatrixRMaj half = product(Rows.crossCovariance(y, x), whitenX);
    Svd svd = Svd.of(product(whitenY, half));
    DMatrixRMaj turned = new DMatrixRMaj(y.numCols, x.numCols);
    for (int k = 0; k < components; k++) {
      double correlation = svd.values()[k];
      for (int r = 0; r < turned.numRows; r++) {
        double u = svd.u().get(r, k) * correlation;
        for (int c = 0; c < turned.numCols; c++) {
          turned.data[r * turned.numCols + c] += u * svd.v().get(c, k);
        }
      }
    }
    addToDiagonal(yy, ridgeY);
    // Σ^½ = Σ Σ^(−½).
    DMatrixRMaj map = product(product(product(yy, whitenY), turned), whitenX);
    return withOffset(map, meanX, meanY);
  }

  /** A⁻¹ B of a positive definite A, which is overwritten. */
  private static DMatrixRMaj solve(DMatrixRMaj a, DMatrixRMaj b) {
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(a.numCols);
    if (!solver.setA(a)) {
      throw new IsoglossException(ErrorCode.NO_SOLUTION, "the covariance is singular");
    }
    DMatrixRMaj solution = new DMatrixRMaj(a.numCols, b.numCols);
    solver.solve(b, solution);
    return solution;
  }

  private static LinearMap withOffset(DMatrixRMaj map, double[] meanX, double[] meanY) {
    float[] offset = new float[map.numRows];
    for (int r = 0; r < map.numRows; r++) {
      double sum = meanY[r];
      for (int c = 0; c < map.numCols; c++) {
        sum -= map.get(r, c) * meanX[c];
      }
      offset[r] = (float) sum;
    }
    return new LinearMap(Rows.toFloats(map), offset);
  }

  private static DMatrixRMaj product(DMatrixRMaj a, DMatrixRMaj b) {
    return CommonOps_DDRM.mult(a, b, null);
  }

  private static DMatrixRMaj unit(float[][] vectors) {
    DMatrixRMaj rows = Rows.matrix(vectors, MINIMUM_PAIRS);
    Rows.normalise(rows);
    return rows;
  }

  private static void addToDiagonal(DMatrixRMaj m, double value) {
    for (int i = 0; i < m.numCols; i++) {
      m.add(i, i, value);
    }
  }

  private static void requireParallel(DMatrixRMaj x, DMatrixRMaj y) {
    if (x.numRows != y.numRows) {
      throw new IllegalArgumentException(x.numRows + " sentences, " + y.numRows + " translations");
    }
  }

  private static void requirePositive(double strength) {
    if (!(strength > 0)) {
      throw new IllegalArgumentException("strength " + strength);
    }
  }
}
