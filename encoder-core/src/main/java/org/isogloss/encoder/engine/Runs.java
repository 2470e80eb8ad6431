package org.isogloss.encoder.engine;

import java.util.Arrays;

/**
 * How attention cuts a packed micro-batch: runs of neighbouring sentences that are computed
 * together.
 *
 * @param rows sentences of each run
 * @param lengths tokens of each sentence of the run, padding included
 * @param tokens of the whole micro-batch, without padding
 * @param height rows of the packed tensors: the tokens and some filling
 * @param longest tokens of the longest sentence
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; handed to native code as they are
record Runs(long[] rows, long[] lengths, int tokens, int height, int longest) {

  /**
   * One run per stretch of equally long neighbours: no padding.
   *
   * @param sentenceLengths tokens of each sentence, in the order they are packed
   * @param granule the height becomes a multiple of it
   */
  static Runs ofEqualLengths(int[] sentenceLengths, int granule) {
    long[] rows = new long[sentenceLengths.length];
    long[] lengths = new long[sentenceLengths.length];
    int runs = 0;
    int tokens = 0;
    int longest = 0;
    for (int length : sentenceLengths) {
      if (runs > 0 && lengths[runs - 1] == length) {
        rows[runs - 1]++;
      } else {
        rows[runs] = 1;
        lengths[runs++] = length;
      }
      tokens += length;
      longest = Math.max(longest, length);
    }
    int height = Math.ceilDiv(tokens, granule) * granule;
    return new Runs(
        Arrays.copyOf(rows, runs), Arrays.copyOf(lengths, runs), tokens, height, longest);
  }

  /** One run of all sentences, padded to the longest: fewest kernels, for a GPU. */
  static Runs padded(int[] sentenceLengths) {
    int tokens = Arrays.stream(sentenceLengths).sum();
    int longest = Arrays.stream(sentenceLengths).max().orElse(0);
    return new Runs(
        new long[] {sentenceLengths.length}, new long[] {longest}, tokens, tokens, longest);
  }
}
