package org.isogloss.language;

/**
 * The likeliest language of a text among those the classifier knows.
 *
 * @param probability of it being this one rather than another of the same script, in (0, 1]
 * @param familiarity the share of the text's n-grams of four letters that the language's training
 *     text had, in [0, 1]
 * @param ordinary whether a text of the language is often as little familiar
 */
public record LanguageGuess(
    String language, double probability, double familiarity, boolean ordinary) {
  public LanguageGuess {
    if (!(probability > 0 && probability <= 1 && familiarity >= 0 && familiarity <= 1)) {
      throw new IllegalArgumentException(probability + ", " + familiarity);
    }
  }
}
