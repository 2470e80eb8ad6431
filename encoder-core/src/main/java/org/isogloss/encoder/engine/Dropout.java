package org.isogloss.encoder.engine;

/**
 * Leaves units of an adapter's bottleneck out of a batch and scales the others up (Srivastava et
 * al. 2014). All tokens of a batch miss the same units, other ones in every layer.
 *
 * @param share of the units that is left out, in expectation; 0: none
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
