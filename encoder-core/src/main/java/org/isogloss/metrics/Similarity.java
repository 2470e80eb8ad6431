package org.isogloss.metrics;

/** Semantic textual similarity and relatedness, scored. Vectors are {@code [rows][dimension]}. */
public final class Similarity {
  private Similarity() {}

  /** The cosine of row i of a with row i of b, for all rows. */
  public static double[] cosines(float[][] a, float[][] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(a.length + " rows against " + b.length);
    }
    UnitRows x = new UnitRows(a);
    UnitRows y = new UnitRows(b);
    double[] cosines = new double[a.length];
    for (int i = 0; i < cosines.length; i++) {
      cosines[i] = x.cosine(i, y, i);
    }
    return cosines;
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
