package org.isogloss.trainer.fit;

import java.util.Locale;
import org.isogloss.encoder.space.ModuleKind;
import org.isogloss.trainer.align.AffineFit;
import org.isogloss.trainer.align.LinearMap;
import org.isogloss.trainer.align.PostProcessingFit;

/** The closed forms, as a user names them. */
public enum FitMethod {
  /** Subtracts the mean: a language module, from plain text. */
  CENTER(ModuleKind.LANGUAGE, 0),
  /** Mean and whitening: a language module, from plain text. */
  WHITEN(ModuleKind.LANGUAGE, 0.1),
  /** A rotation: an alignment module, from translations. */
  PROCRUSTES(ModuleKind.ALIGNMENT, 0),
  /** The language's own whitening, then a rotation, in one map: an alignment module. */
  WHITENED_PROCRUSTES(ModuleKind.ALIGNMENT, 0.1),
  /** Ridge regression: an alignment module, from translations. */
  RIDGE(ModuleKind.ALIGNMENT, 0.1),
  /** A rotation held to the identity: an alignment module, from translations. */
  ANCHORED(ModuleKind.ALIGNMENT, 1),
  /** Canonical correlation: an alignment module, from translations. */
  CCA(ModuleKind.ALIGNMENT, 0.1);

  private final ModuleKind kind;
  private final double defaultStrength;

  FitMethod(ModuleKind kind, double defaultStrength) {
    this.kind = kind;
    this.defaultStrength = defaultStrength;
  }

  /** What it makes. */
  public ModuleKind kind() {
    return kind;
  }

  /** Its regularisation unless told otherwise, 0 for a method that has none. */
  public double defaultStrength() {
    return defaultStrength;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Fits post-processing.
   *
   * @param pooled {@code [sentences][dimension]}
   * @throws IllegalArgumentException for a method that makes alignments
   */
  public PostProcessingFit postProcessing(float[][] pooled, double strength) {
    return switch (this) {
      case CENTER -> PostProcessingFit.centre(pooled);
      case WHITEN -> PostProcessingFit.whiten(pooled, strength);
      case PROCRUSTES, WHITENED_PROCRUSTES, RIDGE, ANCHORED, CCA ->
          throw new IllegalArgumentException(label() + " makes an alignment");
    };
  }

  /**
   * Fits an alignment.
   *
   * @param source {@code [pairs][dimension]}
   * @param pivot their translations, likewise
   * @param components of canonical correlation alone
   * @throws IllegalArgumentException for a method that makes language modules
   */
  public LinearMap alignment(float[][] source, float[][] pivot, double strength, int components) {
    return switch (this) {
      case PROCRUSTES -> AffineFit.procrustes(source, pivot);
      case WHITENED_PROCRUSTES -> AffineFit.whitenedProcrustes(source, pivot, strength);
      case RIDGE -> AffineFit.ridge(source, pivot, strength);
      case ANCHORED -> AffineFit.anchored(source, pivot, strength);
      case CCA -> AffineFit.canonical(source, pivot, components, strength);
      case CENTER, WHITEN ->
          throw new IllegalArgumentException(label() + " makes a language module");
    };
  }
}
