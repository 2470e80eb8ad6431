package org.isogloss.trainer.focus;

import java.util.Arrays;
import java.util.List;

/**
 * IBM Model 1 (Brown et al. 1993): probabilities t(to | from) that a piece of one language stands
 * for a piece of the other, learnt from translations by expectation and maximisation, with an empty
 * piece that everything may come from. Immutable.
 */
final class TranslationModel {
  private final int[][] targets;
  private final float[][] probabilities;

  private TranslationModel(int[][] targets, float[][] probabilities) {
    this.targets = targets;
    this.probabilities = probabilities;
  }

  /**
   * Learns from pairs of sentences.
   *
   * @param from pieces of the sentences translated from, below {@code vocabulary}
   * @param to of their translations, in the same order
   * @param iterations five are usual
   */
  static TranslationModel learn(List<int[]> from, List<int[]> to, int vocabulary, int iterations) {
    int empty = vocabulary;
    int[][] targets = together(from, to, vocabulary);
    float[][] probabilities = new float[targets.length][];
    for (int piece = 0; piece < targets.length; piece++) {
      probabilities[piece] = new float[targets[piece].length];
      Arrays.fill(probabilities[piece], 1f / Math.max(1, targets[piece].length));
    }
    for (int iteration = 0; iteration < iterations; iteration++) {
      float[][] counts = new float[targets.length][];
      for (int piece = 0; piece < targets.length; piece++) {
        counts[piece] = new float[targets[piece].length];
      }
      for (int pair = 0; pair < from.size(); pair++) {
        int[] sources = Arrays.copyOf(from.get(pair), from.get(pair).length + 1);
        sources[sources.length - 1] = empty;
        int[] at = new int[sources.length];
        for (int target : to.get(pair)) {
          float sum = 0;
          for (int i = 0; i < sources.length; i++) {
            at[i] = Arrays.binarySearch(targets[sources[i]], target);
            sum += probabilities[sources[i]][at[i]];
          }
          for (int i = 0; i < sources.length && sum > 0; i++) {
            counts[sources[i]][at[i]] += probabilities[sources[i]][at[i]] / sum;
          }
        }
      }
      for (int piece = 0; piece < targets.length; piece++) {
        double total = 0;
        for (float count : counts[piece]) {
          total += count;
        }
        for (int i = 0; i < counts[piece].length; i++) {
          probabilities[piece][i] = total > 0 ? (float) (counts[piece][i] / total) : 0;
        }
      }
    }
    return new TranslationModel(targets, probabilities);
  }

  /** The pieces that a piece stood together with, ascending; a view. */
  int[] targets(int piece) {
    return targets[piece];
  }

  /** The probabilities of {@link #targets}; a view. */
  float[] probabilities(int piece) {
    return probabilities[piece];
  }

  /** t(to | from), 0 if they never stood together. */
  float probability(int from, int to) {
    int at = Arrays.binarySearch(targets[from], to);
    return at < 0 ? 0 : probabilities[from][at];
  }

  /** Of each piece, and of the empty one, what stands opposite in some pair; ascending. */
  private static int[][] together(List<int[]> from, List<int[]> to, int vocabulary) {
    int[][] targets = new int[vocabulary + 1][8];
    int[] sizes = new int[vocabulary + 1];
    int[] compactAt = new int[vocabulary + 1];
    Arrays.fill(compactAt, 64);
    for (int pair = 0; pair < from.size(); pair++) {
      int[] sources = Arrays.copyOf(from.get(pair), from.get(pair).length + 1);
      sources[sources.length - 1] = vocabulary;
      for (int source : sources) {
        for (int target : to.get(pair)) {
          if (sizes[source] == targets[source].length) {
            targets[source] = Arrays.copyOf(targets[source], 2 * sizes[source]);
          }
          targets[source][sizes[source]++] = target;
        }
        if (sizes[source] > compactAt[source]) {
          sizes[source] = compact(targets[source], sizes[source]);
          compactAt[source] = 2 * sizes[source] + 64;
        }
      }
    }
    for (int piece = 0; piece <= vocabulary; piece++) {
      targets[piece] = Arrays.copyOf(targets[piece], compact(targets[piece], sizes[piece]));
    }
    return targets;
  }

  /** Sorts the beginning of an array and drops repetitions. */
  private static int compact(int[] values, int size) {
    Arrays.sort(values, 0, size);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (i == 0 || values[i] != values[kept - 1]) {
        values[kept++] = values[i];
      }
    }
    return kept;
  }
}
