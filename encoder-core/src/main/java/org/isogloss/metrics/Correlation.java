package org.isogloss.metrics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Correlations of two equally long series, in double precision. Stateless and safe everywhere.
 *
 * <p>A series that is constant, or has fewer than two values, has no correlation: the answer is an
 * {@link IsoglossException} of the code DEGENERATE_SET, never NaN.
 */
public final class Correlation {
  private Correlation() {}

  /** Pearson's product-moment correlation, in [-1, 1]; two passes, the means first. */
  public static double pearson(double[] x, double[] y) {
    requireComparable(x, y);
    double meanX = Arrays.stream(x).sum() / x.length;
    double meanY = Arrays.stream(y).sum() / y.length;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      double dx = x[i] - meanX;
      double dy = y[i] - meanY;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
    }
    return fromSums(xx, yy, xy);
  }

  /** Spearman's rank correlation, in [-1, 1]: Pearson's over ranks, ties having their mean rank. */
  public static double spearman(double[] x, double[] y) {
    requireComparable(x, y);
    return pearson(ranks(x), ranks(y));
  }

  /** Ranks from 1; equal values share the mean of their ranks. */
  static double[] ranks(double[] values) {
    int n = values.length;
    for (int i = 0; i < n; i++) {
      if (Double.isNaN(values[i])) {
        throw new IsoglossException(ErrorCode.DEGENERATE_SET, "value " + i + " is not a number");
      }
    }
    int[] byValue =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[n];
    int start = 0;
    while (start < n) {
      int end = start + 1;
      while (end < n && values[byValue[end]] == values[byValue[start]]) {
        end++;
      }
      double mean = (start + 1 + end) / 2.0;
      for (int i = start; i < end; i++) {
        ranks[byValue[i]] = mean;
      }
      start = end;
    }
    return ranks;
  }

  /** Correlation from centred sums of squares and products. */
  static double fromSums(double xx, double yy, double xy) {
    if (!(xx > 0) || !(yy > 0)) {
      throw new IsoglossException(
          ErrorCode.DEGENERATE_SET, "one of the two series is constant, so they do not correlate");
    }
    double r = xy / Math.sqrt(xx) / Math.sqrt(yy);
    return Math.max(-1, Math.min(1, r));
  }

  private static void requireComparable(double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException("series of %d and %d".formatted(x.length, y.length));
    }
    if (x.length < 2) {
      throw new IsoglossException(
          ErrorCode.DEGENERATE_SET, "a correlation needs two values, there is " + x.length);
    }
  }
}
