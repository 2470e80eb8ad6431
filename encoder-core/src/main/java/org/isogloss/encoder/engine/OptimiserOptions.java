package org.isogloss.encoder.engine;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter 2019), after the gradients were clipped
 * by their global norm.
 *
 * @param weightDecay multiplied by the learning rate
 * @param clipNorm greatest norm of all gradients together
 */
public record OptimiserOptions(
    double beta1, double beta2, double epsilon, double weightDecay, double clipNorm) {
  /** PyTorch's betas and epsilon, decay 0.01, clipping at 1. */
  public static final OptimiserOptions DEFAULT = new OptimiserOptions(0.9, 0.999, 1e-8, 0.01, 1);

  public OptimiserOptions {
    boolean fits =
        beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0 && weightDecay >= 0;
    if (!fits || !(clipNorm > 0)) {
      throw new IllegalArgumentException(
          "betas %s and %s, epsilon %s, decay %s, clip %s"
              .formatted(beta1, beta2, epsilon, weightDecay, clipNorm));
    }
  }
}
