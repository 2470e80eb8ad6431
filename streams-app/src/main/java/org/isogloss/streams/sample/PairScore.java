package org.isogloss.streams.sample;

/**
 * How well a set of found pairs answers a key.
 *
 * @param found distinct pairs found
 * @param correct those of them that are in the key
 * @param expected pairs in the key
 */
public record PairScore(int found, int correct, int expected) {
  public PairScore {
    if (correct < 0 || correct > found || correct > expected) {
      throw new IllegalArgumentException(
          correct + " correct of " + found + " found and " + expected + " expected");
    }
  }

  /** The share of the found pairs that are correct, in 0..1; 0 when nothing was found. */
  public double precision() {
    return found == 0 ? 0.0 : (double) correct / found;
  }

  /** The share of the key that was found, in 0..1; 0 when the key is empty. */
  public double recall() {
    return expected == 0 ? 0.0 : (double) correct / expected;
  }
}
