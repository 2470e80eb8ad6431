package org.isogloss.encoder.engine;

import java.util.Arrays;
import java.util.List;
import org.isogloss.encoder.encode.TokenizedSentence;

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
   * @param granule the height becomes a multiple of it
   */
  static Runs ofEqualLengths(List<TokenizedSentence> microBatch, int[] order, int granule) {
    long[] rows = new long[order.length];
    long[] lengths = new long[order.length];
    int runs = 0;
    int tokens = 0;
    int longest = 0;
    for (int sentence : order) {
      int length = microBatch.get(sentence).tokens().length();
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
  static Runs padded(List<TokenizedSentence> microBatch) {
    int tokens = 0;
    int longest = 0;
    for (TokenizedSentence sentence : microBatch) {
      tokens += sentence.tokens().length();
      longest = Math.max(longest, sentence.tokens().length());
    }
    return new Runs(new long[] {microBatch.size()}, new long[] {longest}, tokens, tokens, longest);
  }
}
