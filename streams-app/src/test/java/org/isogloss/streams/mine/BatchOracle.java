package org.isogloss.streams.mine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * The batch algorithm by its definition, in double precision: margin ratio, k = 4, max retrieval,
 * greedy one to one. Slow and plain, to compare with.
 */
final class BatchOracle implements PairSearch {
  private static final int NEIGHBOURS = 4;

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
      // Nothing to give back.
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Near(int[] rows, double[] cosines, double mean) {}

  @Override
  public Vectors allocate(int rows, int dimension) {
    return new Rows(rows);
  }

  @Override
  public List<RowPair> search(Vectors source, Vectors target, BooleanSupplier cancelled) {
    return mine(((Rows) source).rows, ((Rows) target).rows);
  }

  static List<RowPair> mine(float[][] x, float[][] y) {
    if (x.length == 0 || y.length == 0) {
      return List.of();
    }
    double[][] xs = unit(x);
    double[][] ys = unit(y);
    List<Near> forward = near(xs, ys);
    List<Near> backward = near(ys, xs);
    List<RowPair> candidates = new ArrayList<>();
    for (int i = 0; i < xs.length; i++) {
      candidates.add(best(i, forward, backward, true));
    }
    for (int j = 0; j < ys.length; j++) {
      candidates.add(best(j, backward, forward, false));
    }
    candidates.sort(
        Comparator.comparingDouble((RowPair pair) -> -pair.margin())
            .thenComparingInt(RowPair::source)
            .thenComparingInt(RowPair::target));
    Set<Integer> usedX = new HashSet<>();
    Set<Integer> usedY = new HashSet<>();
    List<RowPair> pairs = new ArrayList<>();
    for (RowPair pair : candidates) {
      if (pair.margin() >= 0 && !usedX.contains(pair.source()) && !usedY.contains(pair.target())) {
        usedX.add(pair.source());
        usedY.add(pair.target());
        pairs.add(pair);
      }
    }
    return pairs;
  }

  private static RowPair best(int row, List<Near> from, List<Near> to, boolean forward) {
    Near near = from.get(row);
    int best = -1;
    double bestMargin = Double.NEGATIVE_INFINITY;
    for (int n = 0; n < near.rows.length; n++) {
      double margin = near.cosines[n] / ((near.mean + to.get(near.rows[n]).mean) / 2);
      if (margin > bestMargin) {
        best = n;
        bestMargin = margin;
      }
    }
    int other = near.rows[best];
    return forward
        ? new RowPair(bestMargin, near.cosines[best], row, other)
        : new RowPair(bestMargin, near.cosines[best], other, row);
  }

  private static List<Near> near(double[][] from, double[][] to) {
    List<Near> near = new ArrayList<>();
    for (double[] row : from) {
      double[] cosines = new double[to.length];
      for (int j = 0; j < to.length; j++) {
        for (int d = 0; d < row.length; d++) {
          cosines[j] += row[d] * to[j][d];
        }
      }
      int[] rows =
          IntStream.range(0, to.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer j) -> -cosines[j]))
              .limit(NEIGHBOURS)
              .mapToInt(Integer::intValue)
              .toArray();
      double[] best = IntStream.of(rows).mapToDouble(j -> cosines[j]).toArray();
      near.add(
          new Near(
              rows,
              best,
              IntStream.range(0, best.length).mapToDouble(n -> best[n]).average().orElseThrow()));
    }
    return near;
  }

  private static double[][] unit(float[][] rows) {
    double[][] unit = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      double squares = 0;
      for (float value : rows[i]) {
        squares += (double) value * value;
      }
      double length = Math.sqrt(squares);
      unit[i] = new double[rows[i].length];
      for (int d = 0; d < rows[i].length; d++) {
        unit[i][d] = rows[i][d] / length;
      }
    }
    return unit;
  }
}
