package org.isogloss.trainer.focus;

import java.util.Arrays;

/**
 * The Euclidean projection onto the probability simplex (Martins and Astudillo 2016): like softmax,
 * but what is far from the best gets nothing.
 */
final class Sparsemax {
  private Sparsemax() {}

  /**
   * Replaces scores by weights, which are not negative and sum to 1.
   *
   * @param scores finite, at least one
   */
  static void inPlace(float[] scores) {
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    double sum = 0;
    double threshold = 0;
    for (int i = 0; i < sorted.length; i++) {
      double score = sorted[sorted.length - 1 - i];
      sum += score;
      if (1 + (i + 1) * score <= sum) {
        break;
      }
      threshold = (sum - 1) / (i + 1);
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) Math.max(0, scores[i] - threshold);
    }
  }
}
