package org.isogloss.encoder.engine;

/**
 * Leaves some values out of a batch and scales the others up (Srivastava et al. 2014). Of an
 * adapter's bottleneck all tokens of a batch miss the same units, other ones in every layer; of
 * states each token misses its own values.
 *
 * @param share of what is left out, in expectation; 0: nothing
 * @param seed decides which
 */
public record Dropout(double share, long seed) {
  /** Leaves nothing out. */
  public static final Dropout NONE = new Dropout(0, 0);

  public Dropout {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("dropout of " + share);
    }
  }
}
