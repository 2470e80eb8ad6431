package org.isogloss.trainer.identifier;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.isogloss.language.FamiliarNgrams;
import org.isogloss.language.Ngrams;

/** Finds what is familiar in a language's text: n-grams that at least two sentences have. */
final class FamiliarCounts {
  private static final int FEWEST_LETTERS = 20;
  private static final double EXTRAORDINARY = 0.02;
  // Where nothing else can be chosen, only familiarity speaks against the language.
  private static final double EXTRAORDINARY_ALONE = 0.1;

  private FamiliarCounts() {}

  /**
   * @param sentences to learn from
   * @param heldOut to find from how familiar most sentences look
   * @param alone whether no other language is written in its scripts
   * @param bits of the set
   */
  static FamiliarNgrams of(List<String> sentences, List<String> heldOut, boolean alone, int bits) {
    BitSet once = new BitSet(1 << bits);
    BitSet twice = new BitSet(1 << bits);
    BitSet here = new BitSet(1 << bits);
    for (String sentence : sentences) {
      Ngrams ngrams = Ngrams.of(sentence);
      here.clear();
      for (int i = 0; i < ngrams.familiarSize(); i++) {
        int index = ngrams.familiarHash(i) >>> (Integer.SIZE - bits);
        if (!here.get(index)) {
          here.set(index);
          (once.get(index) ? twice : once).set(index);
        }
      }
    }
    long[] words = Arrays.copyOf(twice.toLongArray(), 1 << (bits - 6));
    FamiliarNgrams unbounded = new FamiliarNgrams(bits, words, 0);
    double[] shares =
        heldOut.stream()
            .filter(sentence -> sentence.length() >= FEWEST_LETTERS)
            .mapToDouble(sentence -> unbounded.share(Ngrams.of(sentence)))
            .sorted()
            .toArray();
    double share = alone ? EXTRAORDINARY_ALONE : EXTRAORDINARY;
    double ordinary = shares.length == 0 ? 0 : shares[(int) (shares.length * share)];
    return new FamiliarNgrams(bits, words, (float) ordinary);
  }
}
