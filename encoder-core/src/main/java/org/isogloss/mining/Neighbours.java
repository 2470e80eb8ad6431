package org.isogloss.mining;

/**
 * The k nearest of every row of a side, by cosine in double precision, best first, equal ones by
 * row; and the mean of those cosines.
 */
final class Neighbours {
  private static final int ROWS_OF_A_PIECE = 256;

  private final int k;
  private final double[] cosines;
  private final int[] rows;
  private final double[] means;

  private Neighbours(int count, int k) {
    this.k = k;
    cosines = new double[count * k];
    rows = new int[count * k];
    means = new double[count];
  }

  /** Scores again the candidates that may be among the k best, and keeps those. */
  static Neighbours of(
      VectorMatrix side, VectorMatrix other, Candidates candidates, int k, Workers workers) {
    Neighbours neighbours = new Neighbours(side.rows(), Math.min(k, candidates.width()));
    workers.run(
        Math.ceilDiv(side.rows(), ROWS_OF_A_PIECE),
        piece -> {
          int from = piece * ROWS_OF_A_PIECE;
          for (int row = from; row < Math.min(side.rows(), from + ROWS_OF_A_PIECE); row++) {
            neighbours.fill(row, side, other, candidates);
          }
        });
    return neighbours;
  }

  /**
   * How far a product of unit vectors in single precision is from their cosine, at most: γₙ of
   * Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1, with a few roundings
   * more and what both lengths may be off.
   */
  private static double errorBound(int dimension) {
    return (dimension + 8) * 0x1p-24 + 2 * VectorMatrix.UNIT_TOLERANCE;
  }

  private void fill(int row, VectorMatrix side, VectorMatrix other, Candidates candidates) {
    int start = row * k;
    int filled = 0;
    double least = candidates.value(row, k - 1) - 2 * errorBound(side.dimension());
    for (int rank = 0; rank < candidates.width(); rank++) {
      if (candidates.value(row, rank) < least) {
        break;
      }
      int candidate = candidates.candidate(row, rank);
      double cosine = side.cosine(row, other, candidate);
      if (filled == k && !before(cosine, candidate, start + k - 1)) {
        continue;
      }
      int at = start + Math.min(filled, k - 1);
      while (at > start && before(cosine, candidate, at - 1)) {
        cosines[at] = cosines[at - 1];
        rows[at] = rows[at - 1];
        at--;
      }
      cosines[at] = cosine;
      rows[at] = candidate;
      filled = Math.min(k, filled + 1);
    }
    double sum = 0;
    for (int i = start; i < start + k; i++) {
      sum += cosines[i];
    }
    means[row] = sum / k;
  }

  private boolean before(double cosine, int row, int at) {
    return cosine > cosines[at] || (cosine == cosines[at] && row < rows[at]);
  }

  int count() {
    return means.length;
  }

  int k() {
    return k;
  }

  int row(int of, int rank) {
    return rows[of * k + rank];
  }

  double cosine(int of, int rank) {
    return cosines[of * k + rank];
  }

  double mean(int of) {
    return means[of];
  }
}
