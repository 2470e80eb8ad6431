package org.isogloss.language;

import java.util.Arrays;

/**
 * The n-grams of four letters that a language's training text had, as bits under their hashes. Two
 * n-grams may share a bit, so a stranger may look familiar by chance: as often as bits are set.
 */
public final class FamiliarNgrams {
  private final int bits;
  private final long[] words;
  private final double ordinary;

  /**
   * @param bits the set has {@code 2^bits} bits, 6 to 24
   * @param words the bits, 64 a word, copied
   * @param ordinary the familiarity below which few sentences of the language are, in [0, 1]
   */
  public FamiliarNgrams(int bits, long[] words, double ordinary) {
    if (bits < 6 || bits > 24 || words.length != 1 << (bits - 6)) {
      throw new IllegalArgumentException(words.length + " words for 2^" + bits + " bits");
    }
    if (!(ordinary >= 0 && ordinary <= 1)) {
      throw new IllegalArgumentException("no share: " + ordinary);
    }
    this.bits = bits;
    this.words = words.clone();
    this.ordinary = ordinary;
  }

  /** The share of a text's n-grams that are known, in [0, 1]; 1 where it has none. */
  public double share(Ngrams ngrams) {
    if (ngrams.familiarSize() == 0) {
      return 1;
    }
    int known = 0;
    for (int i = 0; i < ngrams.familiarSize(); i++) {
      int index = ngrams.familiarHash(i) >>> (Integer.SIZE - bits);
      known += (int) (words[index >>> 6] >>> (index & 63)) & 1;
    }
    return (double) known / ngrams.familiarSize();
  }

  /** The familiarity below which few sentences of the language are. */
  public double ordinary() {
    return ordinary;
  }

  int bits() {
    return bits;
  }

  long[] words() {
    return Arrays.copyOf(words, words.length);
  }
}
