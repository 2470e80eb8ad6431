package org.isogloss.streams.evaluate;

import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Spearman's correlation of rows that stand as often as a draw says, in time linear in the rows:
 * both series are sorted once. Ties have their mean rank; with every row once it is {@link
 * org.isogloss.metrics.Correlation#spearman}. Immutable.
 */
final class ResampledSpearman {
  private final double[] x;
  private final double[] y;
  private final int[] byX;
  private final int[] byY;

  ResampledSpearman(double[] x, double[] y) {
    this.x = x.clone();
    this.y = y.clone();
    this.byX = order(x);
    this.byY = order(y);
  }

  private static int[] order(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * @param counts how often each row stands
   * @return empty if what stands is constant or fewer than two rows
   */
  OptionalDouble at(int[] counts) {
    double[] rankX = ranks(x, byX, counts);
    double[] rankY = ranks(y, byY, counts);
    double rows = 0;
    for (int count : counts) {
      rows += count;
    }
    // Mean ranks keep the sum of ranks, ties or not.
    double mean = (rows + 1) / 2;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < counts.length; i++) {
      double dx = rankX[i] - mean;
      double dy = rankY[i] - mean;
      xx += counts[i] * dx * dx;
      yy += counts[i] * dy * dy;
      xy += counts[i] * dx * dy;
    }
    return xx > 0 && yy > 0
        ? OptionalDouble.of(xy / Math.sqrt(xx) / Math.sqrt(yy))
        : OptionalDouble.empty();
  }

  private static double[] ranks(double[] values, int[] order, int[] counts) {
    double[] ranks = new double[values.length];
    double below = 0;
    int start = 0;
    while (start < order.length) {
      int end = start;
      double standing = 0;
      while (end < order.length && values[order[end]] == values[order[start]]) {
        standing += counts[order[end]];
        end++;
      }
      for (int i = start; i < end; i++) {
        ranks[order[i]] = below + (standing + 1) / 2;
      }
      below += standing;
      start = end;
    }
    return ranks;
  }
}
