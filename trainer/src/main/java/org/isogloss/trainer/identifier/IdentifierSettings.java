package org.isogloss.trainer.identifier;

/**
 * How a classifier is trained.
 *
 * @param seed of what is held out, shown and cut
 * @param shown how many sentences of each language are shown, repetitions included, at least 1
 * @param learningRate at the beginning, above 0; it falls to zero in a straight line
 * @param tableBits a script of many languages has {@code 2^tableBits} rows of weights, one of few a
 *     quarter of that; 8 to 22
 * @param familiarBits each language has so many bits ({@code 2^familiarBits}) for n-grams that are
 *     familiar, 8 to 22
 */
public record IdentifierSettings(
    long seed, int shown, double learningRate, int tableBits, int familiarBits) {
  public static final IdentifierSettings DEFAULT = new IdentifierSettings(1, 200_000, 2, 16, 17);

  public IdentifierSettings {
    require(shown >= 1, "at least one sentence must be shown, not " + shown);
    require(
        learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
        "the learning rate must be above 0, not " + learningRate);
    require(tableBits >= 8 && tableBits <= 22, "table bits must be 8 to 22, not " + tableBits);
    require(
        familiarBits >= 8 && familiarBits <= 22,
        "familiar bits must be 8 to 22, not " + familiarBits);
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
