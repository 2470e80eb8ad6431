package org.isogloss.trainer.crosslingual;

import java.util.Optional;
import org.isogloss.trainer.align.AffineFit;
import org.isogloss.trainer.align.LinearMap;
import org.isogloss.trainer.fit.FitMethod;

/** What the adapter begins behind. */
public enum AffineStart {
  /** Nothing: at first the alignment changes no vector. */
  ZERO,
  /** A rotation in closed form; at first the alignment is that. */
  PROCRUSTES,
  /** Ridge regression in closed form. */
  RIDGE,
  /** A rotation held to the identity, in closed form. */
  ANCHORED;

  private static final double STRENGTH = 1;
  private static final double ANCHOR = FitMethod.ANCHORED.defaultStrength();

  /**
   * Fits the map.
   *
   * @param source {@code [pairs][dimension]}
   * @param pivot their translations, likewise
   */
  Optional<LinearMap> fit(float[][] source, float[][] pivot) {
    return switch (this) {
      case ZERO -> Optional.empty();
      case PROCRUSTES -> Optional.of(AffineFit.procrustes(source, pivot));
      case RIDGE -> Optional.of(AffineFit.ridge(source, pivot, STRENGTH));
      case ANCHORED -> Optional.of(AffineFit.anchored(source, pivot, ANCHOR));
    };
  }
}
