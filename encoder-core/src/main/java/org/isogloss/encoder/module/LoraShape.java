package org.isogloss.encoder.module;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The shape of one low-rank adaptation (Hu et al. 2022): on every target matrix W of every layer, W
 * x + s·B A x with s = α / rank.
 *
 * @param rank rows of A and columns of B
 * @param targets which matrices carry it, at least one
 */
public record LoraShape(int rank, double alpha, Set<LinearTarget> targets) {
  public LoraShape {
    if (rank < 1 || !(alpha > 0) || Double.isInfinite(alpha) || targets.isEmpty()) {
      throw new IllegalArgumentException(
          "rank %d, alpha %s, targets %s".formatted(rank, alpha, targets));
    }
    targets = Collections.unmodifiableSet(EnumSet.copyOf(targets));
  }

  /** s = α / rank. */
  public double scale() {
    return alpha / rank;
  }
}
