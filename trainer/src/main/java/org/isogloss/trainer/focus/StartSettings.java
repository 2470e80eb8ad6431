package org.isogloss.trainer.focus;

/**
 * How a table is started.
 *
 * @param seed of what is drawn, and of the auxiliary space
 * @param dimension of the auxiliary space
 * @param window how far neighbours reach in it, in pieces
 * @param iterations of IBM Model 1
 */
public record StartSettings(
    StartMethod method, long seed, int dimension, int window, int iterations) {
  public StartSettings {
    if (dimension < 1 || window < 1 || iterations < 1) {
      throw new IllegalArgumentException(
          "dimension %d, window %d, iterations %d".formatted(dimension, window, iterations));
    }
  }

  /** Defaults for a method. */
  public static StartSettings of(StartMethod method) {
    return new StartSettings(method, 1, 128, 5, 5);
  }

  public StartSettings withSeed(long value) {
    return new StartSettings(method, value, dimension, window, iterations);
  }
}
