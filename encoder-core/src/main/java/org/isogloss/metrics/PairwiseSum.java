package org.isogloss.metrics;

/**
 * Sums by halves (Higham, SIAM J. Sci. Comput. 1993), in numpy's order to the bit. Pairs of equal
 * sentences have a cosine of 1 but for rounding, and hundreds of them stand in a set of similarity:
 * how they rank among themselves is decided by the order of additions, so it has to be one order.
 */
final class PairwiseSum {
  private static final int LANES = 8;
  private static final int BLOCK = 128;

  private PairwiseSum() {}

  static double of(double[] values) {
    return of(values, 0, values.length);
  }

  private static double of(double[] values, int from, int count) {
    if (count > BLOCK) {
      int half = count / 2 / LANES * LANES;
      return of(values, from, half) + of(values, from + half, count - half);
    }
    double sum = 0;
    int i = 0;
    if (count >= LANES) {
      double[] lanes = new double[LANES];
      for (; i + LANES <= count; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
          lanes[lane] += values[from + i + lane];
        }
      }
      sum =
          ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
              + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    }
    for (; i < count; i++) {
      sum += values[from + i];
    }
    return sum;
  }
}
