package org.isogloss.streams.mine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Margin ratio, exact neighbours, max retrieval (Artetxe and Schwenk, ACL 2019; LASER's {@code
 * mine_bitexts.py}), straight from the definition in double precision. For source {@code x} and
 * target {@code y} the margin is {@code cos(x, y)} over the mean of {@code x}'s and {@code y}'s
 * mean cosine with their {@code k} nearest neighbours on the other side. The best neighbour of
 * every row of either side is a candidate; candidates are taken greedily, best first, each row
 * once. Ties are broken by source row, then target row.
 *
 * <p>Every cosine is computed once and serves both sides; memory is linear in the rows.
 */
final class PlainMarginSearch implements PairSearch {
  private final int neighbours;
  private final double threshold;

  /**
   * @param neighbours {@code k}
   * @param threshold pairs of a lower margin are left out
   */
  PlainMarginSearch(int neighbours, double threshold) {
    if (neighbours < 1) {
      throw new IllegalArgumentException("no neighbours: " + neighbours);
    }
    this.neighbours = neighbours;
    this.threshold = threshold;
  }

  @Override
  public Vectors allocate(int rows, int dimension) {
    return new Rows(rows);
  }

  @Override
  public List<RowPair> search(Vectors source, Vectors target, BooleanSupplier cancelled) {
    float[][] sources = ((Rows) source).rows;
    float[][] targets = ((Rows) target).rows;
    if (sources.length == 0 || targets.length == 0) {
      return List.of();
    }
    Nearest forward = new Nearest(sources.length, Math.min(neighbours, targets.length));
    Nearest backward = new Nearest(targets.length, Math.min(neighbours, sources.length));
    double[] inverse = inverseLengths(targets);
    for (int i = 0; i < sources.length; i++) {
      if (cancelled.getAsBoolean()) {
        return List.of();
      }
      double own = 1 / length(sources[i]);
      for (int j = 0; j < targets.length; j++) {
        double cosine = dot(sources[i], targets[j]) * own * inverse[j];
        forward.offer(i, j, cosine);
        backward.offer(j, i, cosine);
      }
    }
    List<RowPair> candidates = new ArrayList<>(sources.length + targets.length);
    for (int i = 0; i < sources.length; i++) {
      int best = forward.best(i, backward);
      candidates.add(
          new RowPair(
              forward.margin(i, best, backward), forward.cosine(i, best), i, forward.row(i, best)));
    }
    for (int j = 0; j < targets.length; j++) {
      int best = backward.best(j, forward);
      candidates.add(
          new RowPair(
              backward.margin(j, best, forward),
              backward.cosine(j, best),
              backward.row(j, best),
              j));
    }
    return greedy(candidates, sources.length, targets.length);
  }

  private List<RowPair> greedy(List<RowPair> candidates, int sources, int targets) {
    candidates.sort(
        Comparator.comparingDouble(RowPair::margin)
            .reversed()
            .thenComparingInt(RowPair::source)
            .thenComparingInt(RowPair::target));
    BitSet usedSources = new BitSet(sources);
    BitSet usedTargets = new BitSet(targets);
    List<RowPair> pairs = new ArrayList<>();
    for (RowPair pair : candidates) {
      if (!usedSources.get(pair.source()) && !usedTargets.get(pair.target())) {
        usedSources.set(pair.source());
        usedTargets.set(pair.target());
        if (pair.margin() >= threshold) {
          pairs.add(pair);
        }
      }
    }
    return pairs;
  }

  private static double dot(float[] a, float[] b) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int d = 0;
    // Four sums side by side, since a processor cannot reorder the additions of one.
    for (int end = a.length - 3; d < end; d += 4) {
      first += (double) a[d] * b[d];
      second += (double) a[d + 1] * b[d + 1];
      third += (double) a[d + 2] * b[d + 2];
      fourth += (double) a[d + 3] * b[d + 3];
    }
    for (; d < a.length; d++) {
      first += (double) a[d] * b[d];
    }
    return first + second + third + fourth;
  }

  private static double length(float[] vector) {
    return Math.sqrt(dot(vector, vector));
  }

  private static double[] inverseLengths(float[][] rows) {
    double[] inverse = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      inverse[i] = 1 / length(rows[i]);
    }
    return inverse;
  }

  private static final class Rows implements Vectors {
    final float[][] rows;

    Rows(int count) {
      rows = new float[count][];
    }

    @Override
    public void put(int row, float[] vector) {
      rows[row] = vector;
    }

    @Override
    public void close() {
      // The heap's; nothing to give back by hand.
    }
  }

  /** The nearest rows of the other side for each row: best first, of equal ones the lower row. */
  private static final class Nearest {
    private final int kept;
    private final double[] cosines;
    private final int[] rows;

    Nearest(int count, int kept) {
      this.kept = kept;
      cosines = new double[Math.multiplyExact(count, kept)];
      rows = new int[cosines.length];
      Arrays.fill(cosines, Double.NEGATIVE_INFINITY);
    }

    /** Takes a row that is higher than all taken before for the same row. */
    void offer(int of, int row, double cosine) {
      int start = of * kept;
      int at = start + kept - 1;
      if (!(cosine > cosines[at])) {
        return;
      }
      while (at > start && cosine > cosines[at - 1]) {
        cosines[at] = cosines[at - 1];
        rows[at] = rows[at - 1];
        at--;
      }
      cosines[at] = cosine;
      rows[at] = row;
    }

    double cosine(int of, int rank) {
      return cosines[of * kept + rank];
    }

    int row(int of, int rank) {
      return rows[of * kept + rank];
    }

    double mean(int of) {
      double sum = 0;
      for (int rank = 0; rank < kept; rank++) {
        sum += cosine(of, rank);
      }
      return sum / kept;
    }

    double margin(int of, int rank, Nearest other) {
      return cosine(of, rank) / ((mean(of) + other.mean(row(of, rank))) / 2);
    }

    int best(int of, Nearest other) {
      int best = 0;
      for (int rank = 1; rank < kept; rank++) {
        if (margin(of, rank, other) > margin(of, best, other)) {
          best = rank;
        }
      }
      return best;
    }
  }
}
