package org.isogloss.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * RSIM: how alike two languages' spaces are in shape. Pearson's correlation, over all pairs of
 * sentences a &lt; b of a parallel corpus, of cos(x_a, x_b) in one language with cos(y_a, y_b) in
 * the other. 1 for identical geometry; higher is better.
 *
 * <p>Blocks of rows are worked through one after another, so memory does not grow with the square
 * of the corpus.
 */
public final class RepresentationSimilarity {
  private static final int BLOCK_ROWS = 64;

  /** So many values of every language stay in a core's cache together. */
  private static final int STRIP = 1_024;

  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;

  private RepresentationSimilarity() {}

  /** RSIM of two languages. Both {@code [rows][dimension]}, row i being translations. */
  public static double of(float[][] x, float[][] y) {
    return allPairs(List.of(x, y))[0][1];
  }

  /**
   * RSIM of every two languages of a multi-parallel corpus.
   *
   * @param languages each {@code [rows][dimension]}; the dimension may differ between languages
   * @return {@code [languages][languages]}, symmetric, 1 on the diagonal
   */
  public static double[][] allPairs(List<float[][]> languages) {
    List<UnitRows> unit = languages.stream().parallel().map(UnitRows::new).toList();
    int rows = unit.isEmpty() ? 0 : unit.getFirst().rows();
    for (UnitRows language : unit) {
      if (language.rows() != rows) {
        throw new IllegalArgumentException("a parallel corpus has equally many rows per language");
      }
    }
    int n = unit.size();
    double[] shift = new double[n];
    double[] sums = new double[n];
    double[][] products = new double[n][n];
    long count = 0;
    for (int start = 0; start < rows; start += BLOCK_ROWS) {
      int end = Math.min(rows, start + BLOCK_ROWS);
      int from = start;
      double[][] block =
          unit.stream().parallel().map(u -> upperCosines(u, from, end)).toArray(double[][]::new);
      int cells = block.length == 0 ? 0 : block[0].length;
      if (start == 0) {
        // Sums of squares lose digits when the mean is far from zero: the first block's mean is
        // near.
        for (int l = 0; l < n; l++) {
          shift[l] = cells == 0 ? 0 : Arrays.stream(block[l]).sum() / cells;
        }
      }
      count += cells;
      IntStream.range(0, n)
          .parallel()
          .forEach(
              i -> {
                for (int c = 0; c < block[i].length; c++) {
                  block[i][c] -= shift[i];
                  sums[i] += block[i][c];
                }
              });
      IntStream.range(0, n)
          .parallel()
          .forEach(
              i -> {
                for (int j = i; j < n; j++) {
                  products[i][j] += dot(block[i], block[j], block[i].length);
                }
              });
    }
    double[][] result = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        double r =
            i == j
                ? 1
                : Correlation.fromSums(
                    products[i][i] - sums[i] * sums[i] / count,
                    products[j][j] - sums[j] * sums[j] / count,
                    products[i][j] - sums[i] * sums[j] / count);
        result[i][j] = r;
        result[j][i] = r;
      }
    }
    return result;
  }

  /**
   * The mean of RSIM over every two languages, for rows that stand as often as each draw says. Two
   * copies of one row make no pair (Snijders and Borgatti, Connections 1999): a pair of rows stands
   * as often as the product of its rows' counts.
   *
   * @param languages as in {@link #allPairs}, at least two
   * @param draws {@code [draws][rows]}
   * @return a value per draw; two languages that do not correlate in it are left out of its mean,
   *     which is 0 if none do
   */
  public static double[] meansOfDraws(List<float[][]> languages, int[][] draws) {
    return meansOfDraws(languages, draws, false);
  }

  /** As {@link #meansOfDraws}, of the first language with every other alone. */
  public static double[] meansWithFirst(List<float[][]> languages, int[][] draws) {
    return meansOfDraws(languages, draws, true);
  }

  private static double[] meansOfDraws(
      List<float[][]> languages, int[][] draws, boolean onlyWithFirst) {
    List<UnitRows> unit = languages.stream().parallel().map(UnitRows::new).toList();
    int rows = unit.getFirst().rows();
    int n = unit.size();
    List<Weighted> sums =
        IntStream.range(0, draws.length).mapToObj(d -> new Weighted(n, onlyWithFirst)).toList();
    double[] shift = new double[n];
    for (int start = 0; start < rows; start += BLOCK_ROWS) {
      int from = start;
      int end = Math.min(rows, start + BLOCK_ROWS);
      double[][] block =
          unit.stream().parallel().map(u -> upperCosines(u, from, end)).toArray(double[][]::new);
      if (start == 0) {
        for (int l = 0; l < n; l++) {
          shift[l] = Arrays.stream(block[l]).average().orElse(0);
        }
      }
      for (int l = 0; l < n; l++) {
        for (int c = 0; c < block[l].length; c++) {
          block[l][c] -= shift[l];
        }
      }
      IntStream.range(0, draws.length)
          .parallel()
          .forEach(d -> sums.get(d).add(block, draws[d], from, end));
    }
    return sums.stream().mapToDouble(Weighted::mean).toArray();
  }

  /** Weighted sums of one draw. */
  private static final class Weighted {
    private double weight;
    private final boolean onlyWithFirst;
    private final double[] sums;
    private final double[][] products;

    Weighted(int languages, boolean onlyWithFirst) {
      this.onlyWithFirst = onlyWithFirst;
      sums = new double[languages];
      products = new double[languages][languages];
    }

    /**
     * Adds the pairs of rows start..end with every later row, as {@link #upperCosines} has them.
     */
    void add(double[][] block, int[] counts, int start, int end) {
      double[] roots = new double[STRIP];
      int[] cells = new int[STRIP];
      double[][] scaled = new double[block.length][STRIP];
      int filled = 0;
      int at = 0;
      for (int a = start; a < end; a++) {
        int later = counts.length - 1 - a;
        for (int b = 0; counts[a] > 0 && b < later; b++) {
          int times = counts[a] * counts[a + 1 + b];
          if (times > 0) {
            roots[filled] = Math.sqrt(times);
            cells[filled++] = at + b;
            if (filled == STRIP) {
              add(block, cells, roots, scaled, filled);
              filled = 0;
            }
          }
        }
        at += later;
      }
      add(block, cells, roots, scaled, filled);
    }

    private void add(double[][] block, int[] cells, double[] roots, double[][] scaled, int filled) {
      for (int l = 0; l < scaled.length; l++) {
        for (int c = 0; c < filled; c++) {
          scaled[l][c] = block[l][cells[c]] * roots[c];
        }
      }
      weight += dot(roots, roots, filled);
      for (int i = 0; i < scaled.length; i++) {
        sums[i] += dot(scaled[i], roots, filled);
        int end = isPaired(i) ? scaled.length : i + 1;
        for (int j = i; j < end; j++) {
          products[i][j] += dot(scaled[i], scaled[j], filled);
        }
      }
    }

    /** Whether the language is correlated with those behind it. */
    private boolean isPaired(int language) {
      return language == 0 || !onlyWithFirst;
    }

    double mean() {
      double sum = 0;
      int defined = 0;
      for (int i = 0; i < sums.length && isPaired(i); i++) {
        for (int j = i + 1; j < sums.length; j++) {
          double xx = products[i][i] - sums[i] * sums[i] / weight;
          double yy = products[j][j] - sums[j] * sums[j] / weight;
          if (xx > 0 && yy > 0) {
            sum += Correlation.fromSums(xx, yy, products[i][j] - sums[i] * sums[j] / weight);
            defined++;
          }
        }
      }
      return defined == 0 ? 0 : sum / defined;
    }
  }

  /** Cosines of rows start..end with every later row, in one run. */
  private static double[] upperCosines(UnitRows unit, int start, int end) {
    int rows = unit.rows();
    int width = rows - start - 1;
    double[] block = new double[(end - start) * Math.max(0, width)];
    if (width > 0) {
      unit.cosines(start, end, unit, start + 1, block);
    }
    int cells = 0;
    for (int r = start; r < end; r++) {
      cells += rows - 1 - r;
    }
    double[] upper = new double[cells];
    int at = 0;
    for (int r = start; r < end; r++) {
      int length = rows - 1 - r;
      System.arraycopy(block, (r - start) * width + (r - start), upper, at, length);
      at += length;
    }
    return upper;
  }

  private static double dot(double[] a, double[] b, int length) {
    int width = SPECIES.length();
    // Two sums side by side: one alone waits for each addition.
    DoubleVector even = DoubleVector.zero(SPECIES);
    DoubleVector odd = even;
    int i = 0;
    for (; i + 2 * width <= length; i += 2 * width) {
      even = DoubleVector.fromArray(SPECIES, a, i).fma(DoubleVector.fromArray(SPECIES, b, i), even);
      odd =
          DoubleVector.fromArray(SPECIES, a, i + width)
              .fma(DoubleVector.fromArray(SPECIES, b, i + width), odd);
    }
    double total = UnitRows.total(even.add(odd));
    for (; i < length; i++) {
      total = Math.fma(a[i], b[i], total);
    }
    return total;
  }
}
