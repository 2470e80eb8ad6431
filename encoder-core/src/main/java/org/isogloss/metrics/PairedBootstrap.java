package org.isogloss.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Paired bootstrap by item: items are drawn with replacement, and each draw serves both systems and
 * all language versions of the item together (Efron and Tibshirani 1993, percentile interval; p by
 * inversion of the interval, as Koehn 2004 does for systems compared).
 */
public final class PairedBootstrap {
  private final int draws;
  private final long seed;

  /**
   * @param draws how often a set is drawn, at least 100
   * @param seed fixes every draw
   */
  public PairedBootstrap(int draws, long seed) {
    if (draws < 100) {
      throw new IllegalArgumentException("draws " + draws + ", at least 100");
    }
    this.draws = draws;
    this.seed = seed;
  }

  /**
   * What the draws say of a difference or a score.
   *
   * @param estimate on the items as they are
   * @param low lower end of the 95 % interval
   * @param high upper end
   * @param p two-sided: how easily a true value of zero would give this; never below 1/(draws + 1)
   */
  public record Interval(double estimate, double low, double high, double p) {}

  /**
   * Draws items and measures each draw.
   *
   * @param items how many
   * @param statistic from a multiset of item numbers ({@code [items]}, each below {@code items},
   *     reused between calls) to a score or a difference
   */
  public Interval interval(int items, ToDoubleFunction<int[]> statistic) {
    if (items < 1) {
      throw new IllegalArgumentException("no items");
    }
    int[] drawn = new int[items];
    Arrays.setAll(drawn, i -> i);
    double estimate = statistic.applyAsDouble(drawn);
    double[] values = new double[draws];
    SplittableRandom random = new SplittableRandom(seed);
    for (int d = 0; d < draws; d++) {
      for (int i = 0; i < items; i++) {
        drawn[i] = random.nextInt(items);
      }
      values[d] = statistic.applyAsDouble(drawn);
    }
    return interval(estimate, values);
  }

  /**
   * How often each item stands in each draw: the draws of {@link #interval(int, ToDoubleFunction)},
   * the same whenever they are asked for.
   *
   * @return {@code [draws][items]}
   */
  public int[][] counts(int items) {
    int[][] counts = new int[draws][items];
    SplittableRandom random = new SplittableRandom(seed);
    for (int[] draw : counts) {
      for (int i = 0; i < items; i++) {
        draw[random.nextInt(items)]++;
      }
    }
    return counts;
  }

  /**
   * As {@link #interval(int, ToDoubleFunction)}, from values that were measured elsewhere.
   *
   * @param drawn a value for every draw
   */
  public static Interval interval(double estimate, double[] drawn) {
    double[] values = drawn.clone();
    int notAbove = 0;
    int notBelow = 0;
    for (double value : values) {
      notAbove += value <= 0 ? 1 : 0;
      notBelow += value >= 0 ? 1 : 0;
    }
    Arrays.sort(values);
    double p = Math.min(1, 2.0 * (Math.min(notAbove, notBelow) + 1) / (values.length + 1));
    return new Interval(estimate, quantile(values, 0.025), quantile(values, 0.975), p);
  }

  private static double quantile(double[] sorted, double q) {
    double position = q * (sorted.length - 1);
    int below = (int) Math.floor(position);
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  /**
   * Holm's step-down correction (Holm 1979): p-values of several comparisons, corrected so that the
   * chance of any false finding stays below the level they are held against.
   *
   * @return in the order given, each at most 1
   */
  public static double[] holm(double[] p) {
    Integer[] order = new Integer[p.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(p[a], p[b]));
    double[] corrected = new double[p.length];
    double floor = 0;
    for (int rank = 0; rank < p.length; rank++) {
      floor = Math.max(floor, Math.min(1, p[order[rank]] * (p.length - rank)));
      corrected[order[rank]] = floor;
    }
    return corrected;
  }
}
