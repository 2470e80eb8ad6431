package org.isogloss.language;

import java.lang.Character.UnicodeScript;
import java.util.HashSet;
import java.util.List;

/**
 * The languages written in one script, and what each n-gram says for each of them. A single
 * language needs no weights.
 */
public final class ScriptWeights {
  private final UnicodeScript script;
  private final List<String> languages;
  private final int bits;
  private final byte[] weights;
  private final float scale;

  /**
   * @param languages codes, different, at least one
   * @param bits the table has {@code 2^bits} rows, 0 to 24; an n-gram's row is the upper bits of
   *     its hash
   * @param weights row by row, one for each language, copied; empty for a single language
   * @param scale what a weight of 1 stands for in a score, above 0
   */
  public ScriptWeights(
      UnicodeScript script, List<String> languages, int bits, byte[] weights, float scale) {
    if (languages.isEmpty() || new HashSet<>(languages).size() != languages.size()) {
      throw new IllegalArgumentException("languages: " + languages);
    }
    if (bits < 1 || bits > 24) {
      throw new IllegalArgumentException("no table of 2^" + bits + " rows");
    }
    int expected = languages.size() == 1 ? 0 : languages.size() << bits;
    if (weights.length != expected) {
      throw new IllegalArgumentException("%d weights, not %d".formatted(weights.length, expected));
    }
    if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("no scale: " + scale);
    }
    this.script = script;
    this.languages = List.copyOf(languages);
    this.bits = bits;
    this.weights = weights.clone();
    this.scale = scale;
  }

  public UnicodeScript script() {
    return script;
  }

  /** The codes, in the order of scores. */
  public List<String> languages() {
    return languages;
  }

  /** The scores of the languages: the greater, the likelier; 0 for each where nothing is known. */
  public double[] scores(Ngrams ngrams) {
    int count = languages.size();
    double[] scores = new double[count];
    if (count == 1 || ngrams.size() == 0) {
      return scores;
    }
    int[] sums = new int[count];
    int shift = Integer.SIZE - bits;
    for (int i = 0; i < ngrams.size(); i++) {
      int row = (ngrams.hash(i) >>> shift) * count;
      for (int language = 0; language < count; language++) {
        sums[language] += weights[row + language];
      }
    }
    double factor = scale / Math.sqrt(ngrams.size());
    for (int language = 0; language < count; language++) {
      scores[language] = sums[language] * factor;
    }
    return scores;
  }

  int bits() {
    return bits;
  }

  byte[] weights() {
    return weights.clone();
  }

  float scale() {
    return scale;
  }
}
