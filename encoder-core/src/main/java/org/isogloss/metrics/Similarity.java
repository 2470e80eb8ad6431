package org.isogloss.metrics;

import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Semantic textual similarity and relatedness, scored. Vectors are {@code [rows][dimension]}. */
public final class Similarity {
  private Similarity() {}

  /** The cosine of row i of a with row i of b, for all rows, summed as {@link PairwiseSum} does. */
  public static double[] cosines(float[][] a, float[][] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(a.length + " rows against " + b.length);
    }
    double[] cosines = new double[a.length];
    for (int i = 0; i < cosines.length; i++) {
      double[] x = unit(a[i], i);
      double[] y = unit(b[i], i);
      if (x.length != y.length) {
        throw new IllegalArgumentException(x.length + " values against " + y.length);
      }
      for (int j = 0; j < x.length; j++) {
        x[j] *= y[j];
      }
      cosines[i] = PairwiseSum.of(x);
    }
    return cosines;
  }

  private static double[] unit(float[] vector, int row) {
    double[] values = new double[vector.length];
    for (int j = 0; j < values.length; j++) {
      values[j] = (double) vector[j] * vector[j];
    }
    double square = PairwiseSum.of(values);
    if (!(square > 0) || Double.isInfinite(square)) {
      throw new IsoglossException(
          ErrorCode.DEGENERATE_VECTOR, "row " + row + " is a zero vector or not finite");
    }
    double norm = Math.sqrt(square);
    for (int j = 0; j < values.length; j++) {
      values[j] = vector[j] / norm;
    }
    return values;
  }

  /** 100 · Spearman of the rows' cosines with the gold scores. */
  public static double score(float[][] a, float[][] b, double[] gold) {
    return 100 * Correlation.spearman(cosines(a, b), gold);
  }

  /**
   * A cross-lingual pair of languages: the mean of both directions, since an item's first sentence
   * may be taken from either language.
   */
  public static double crossLingualScore(
      float[][] firstOfLeft,
      float[][] secondOfRight,
      float[][] firstOfRight,
      float[][] secondOfLeft,
      double[] gold) {
    return (score(firstOfLeft, secondOfRight, gold) + score(firstOfRight, secondOfLeft, gold)) / 2;
  }
}
