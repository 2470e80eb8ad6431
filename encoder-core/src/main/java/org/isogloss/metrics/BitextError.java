package org.isogloss.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How often a translation is not found among all sentences of the other side, in %. {@code margin}
 * is LASER's xSIM: the best of the k nearest by ratio margin (Artetxe and Schwenk, ACL 2019);
 * {@code cosine} the nearest by plain cosine. Row i of both sides are translations.
 *
 * <p>In double precision throughout, so that a decision never hangs on rounding; equal values go to
 * the lower row. Works in blocks: memory does not grow with rows × rows.
 *
 * @param marginForward % of x wrong, x to y
 * @param marginBackward % of y wrong, y to x
 */
public record BitextError(
    double marginForward, double marginBackward, double cosineForward, double cosineBackward) {
  private static final int BLOCK_ROWS = 32;

  /** The mean of both directions, by margin: the headline. */
  public double margin() {
    return (marginForward + marginBackward) / 2;
  }

  /** The mean of both directions, by plain cosine. */
  public double cosine() {
    return (cosineForward + cosineBackward) / 2;
  }

  /**
   * @param x {@code [rows][dimension]}
   * @param y as many rows, of the same dimension
   * @param k how many neighbours the margin looks at, usually 4
   */
  public static BitextError of(float[][] x, float[][] y, int k) {
    return of(answers(x, y, k));
  }

  /** The errors of what was found. */
  public static BitextError of(Answers answers) {
    return new BitextError(
        error(answers.marginForward()),
        error(answers.marginBackward()),
        error(answers.cosineForward()),
        error(answers.cosineBackward()));
  }

  /**
   * What each row found: the row of the other side, for every row.
   *
   * @param marginForward of each row of x, a row of y
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Answers(
      int[] marginForward, int[] marginBackward, int[] cosineForward, int[] cosineBackward) {}

  /** As {@link #of}, item by item: for resampling. */
  public static Answers answers(float[][] x, float[][] y, int k) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(x.length + " rows against " + y.length);
    }
    if (k < 1) {
      throw new IllegalArgumentException("k " + k);
    }
    UnitRows a = new UnitRows(x);
    UnitRows b = new UnitRows(y);
    if (a.dimension() != b.dimension()) {
      throw new IllegalArgumentException(a.dimension() + " values against " + b.dimension());
    }
    int rows = a.rows();
    Neighbours forward = new Neighbours(rows, Math.min(k, rows));
    int parts =
        Math.min(Runtime.getRuntime().availableProcessors(), Math.max(1, rows / BLOCK_ROWS));
    List<Neighbours> byPart =
        IntStream.range(0, parts)
            .parallel()
            .mapToObj(p -> scan(a, b, rows * p / parts, rows * (p + 1) / parts, forward, k))
            .toList();
    Neighbours backward = new Neighbours(rows, Math.min(k, rows));
    byPart.forEach(backward::merge);
    return new Answers(
        forward.bestByMargin(backward),
        backward.bestByMargin(forward),
        forward.nearest(),
        backward.nearest());
  }

  /** Rows start..end of a against all of b; fills forward, returns the columns' neighbours. */
  private static Neighbours scan(
      UnitRows a, UnitRows b, int start, int end, Neighbours forward, int k) {
    int width = b.rows();
    Neighbours columns = new Neighbours(width, Math.min(k, width));
    double[] block = new double[BLOCK_ROWS * width];
    for (int from = start; from < end; from += BLOCK_ROWS) {
      int to = Math.min(end, from + BLOCK_ROWS);
      a.cosines(from, to, b, 0, block);
      for (int row = from; row < to; row++) {
        int at = (row - from) * width;
        for (int column = 0; column < width; column++) {
          double cosine = block[at + column];
          forward.offer(row, column, cosine);
          columns.offer(column, row, cosine);
        }
      }
    }
    return columns;
  }

  /**
   * F1 in % of what was found, each row of the other side being a class of one member: the main
   * score of MTEB's bitext mining, by cosine. A row that is found wrongly costs the precision of
   * the row found, so it is at most the accuracy.
   *
   * @param found one of {@link Answers}
   */
  public static double f1(int[] found) {
    int[] times = new int[found.length];
    for (int row : found) {
      times[row]++;
    }
    double sum = 0;
    for (int i = 0; i < found.length; i++) {
      sum += found[i] == i ? 2.0 / (times[i] + 1) : 0;
    }
    return found.length == 0 ? 0 : 100 * sum / found.length;
  }

  private static double error(int[] found) {
    int wrong = 0;
    for (int i = 0; i < found.length; i++) {
      wrong += found[i] == i ? 0 : 1;
    }
    return found.length == 0 ? 0 : 100.0 * wrong / found.length;
  }

  /**
   * The k nearest of every row, best first; of equals the one offered first, which is the lower.
   */
  private static final class Neighbours {
    private final int k;
    private final double[] cosines;
    private final int[] rows;

    Neighbours(int count, int k) {
      this.k = k;
      cosines = new double[count * k];
      Arrays.fill(cosines, Double.NEGATIVE_INFINITY);
      rows = new int[count * k];
    }

    void offer(int of, int row, double cosine) {
      int last = of * k + k - 1;
      if (!(cosine > cosines[last])) {
        return;
      }
      int at = last;
      while (at > of * k && cosines[at - 1] < cosine) {
        cosines[at] = cosines[at - 1];
        rows[at] = rows[at - 1];
        at--;
      }
      cosines[at] = cosine;
      rows[at] = row;
    }

    /** Parts must be merged in the order of their rows. */
    void merge(Neighbours part) {
      for (int i = 0; i < cosines.length; i++) {
        if (part.cosines[i] > Double.NEGATIVE_INFINITY) {
          offer(i / k, part.rows[i], part.cosines[i]);
        }
      }
    }

    int[] nearest() {
      return IntStream.range(0, cosines.length / Math.max(1, k)).map(i -> rows[i * k]).toArray();
    }

    private double mean(int of) {
      double sum = 0;
      for (int i = of * k; i < (of + 1) * k; i++) {
        sum += cosines[i];
      }
      return sum / k;
    }

    int[] bestByMargin(Neighbours other) {
      int[] best = new int[cosines.length / Math.max(1, k)];
      for (int i = 0; i < best.length; i++) {
        double mean = mean(i);
        double bestMargin = Double.NEGATIVE_INFINITY;
        for (int n = i * k; n < (i + 1) * k; n++) {
          double margin = cosines[n] / ((mean + other.mean(rows[n])) / 2);
          if (margin > bestMargin) {
            bestMargin = margin;
            best[i] = rows[n];
          }
        }
      }
      return best;
    }
  }
}
