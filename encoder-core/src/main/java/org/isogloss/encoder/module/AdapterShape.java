package org.isogloss.encoder.module;

/**
 * The shape of a parallel adapter: beside each feed-forward block, c = scale · (U relu(D h + d) +
 * u) (He et al. 2022, parallel adapter; the paper's cross-lingual alignment).
 *
 * @param bottleneck rows of D and columns of U
 */
public record AdapterShape(int bottleneck, double scale) {
  public AdapterShape {
    if (bottleneck < 1 || !Double.isFinite(scale)) {
      throw new IllegalArgumentException("bottleneck %d, scale %s".formatted(bottleneck, scale));
    }
  }
}
