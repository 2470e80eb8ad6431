package org.isogloss.language;

/**
 * The likeliest language of a text among those the classifier knows.
 *
 * @param probability of it being this one rather than another of the same script, in (0, 1]
 * @param familiarity the share of the text's n-grams of four letters that the language's training
 *     text had, in [0, 1]
 * @param bound the familiarity below which few texts of the language are, in [0, 1]
 */
public record LanguageGuess(String language, double probability, double familiarity, double bound) {
  public LanguageGuess {
    if (!(probability > 0
        && probability <= 1
        && familiarity >= 0
        && familiarity <= 1
        && bound >= 0
        && bound <= 1)) {
      throw new IllegalArgumentException(probability + ", " + familiarity + ", " + bound);
    }
  }

  /** Whether a text of the language is often as little familiar. */
  public boolean ordinary() {
    return familiarity >= bound;
  }
}
