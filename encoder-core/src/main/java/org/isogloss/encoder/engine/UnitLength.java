package org.isogloss.encoder.engine;

/** Normalisation of vectors, in double precision. */
final class UnitLength {
  private UnitLength() {}

  /**
   * Writes the vector that begins at {@code from}, divided by its length.
   *
   * @return false if it has no direction: it is zero, or holds NaN or an infinite value
   */
  static boolean normalise(float[] source, int from, float[] target) {
    double squares = 0;
    for (int i = 0; i < target.length; i++) {
      squares += (double) source[from + i] * source[from + i];
    }
    if (!(squares > 0) || Double.isInfinite(squares)) {
      return false;
    }
    double factor = 1 / Math.sqrt(squares);
    for (int i = 0; i < target.length; i++) {
      target[i] = (float) (source[from + i] * factor);
    }
    return true;
  }
}
