package org.isogloss.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

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
                  products[i][j] += dot(block[i], block[j]);
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

  private static double dot(double[] a, double[] b) {
    // Four sums side by side: one alone waits for each addition.
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 4 <= a.length; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      s0 += a[i] * b[i];
    }
    return s0 + s1 + s2 + s3;
  }
}
