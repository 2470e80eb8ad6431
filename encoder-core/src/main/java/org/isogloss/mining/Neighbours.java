package org.isogloss.mining;

import java.util.stream.IntStream;

/**
 * The k nearest of every row of a side, by cosine in double precision, best first, equal ones by
 * row; and the mean of those cosines.
 */
final class Neighbours {
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

  /** Scores the candidates again and keeps the k best. */
  static Neighbours of(VectorMatrix side, VectorMatrix other, Candidates candidates, int k) {
    Neighbours neighbours = new Neighbours(side.rows(), Math.min(k, candidates.width()));
    IntStream.range(0, side.rows())
        .parallel()
        .forEach(row -> neighbours.fill(row, side, other, candidates));
    return neighbours;
  }

  private void fill(int row, VectorMatrix side, VectorMatrix other, Candidates candidates) {
    int start = row * k;
    int filled = 0;
    for (int rank = 0; rank < candidates.width(); rank++) {
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
