package org.isogloss.trainer.loop;

/**
 * The learning rate over the steps of a run: rises linearly from nothing, then decays.
 *
 * @param peak where it arrives after warming up
 * @param warmUpSteps of the rise; the first step has the share 1 / warmUpSteps of the peak
 */
public record LearningRateSchedule(double peak, int warmUpSteps, Decay decay) {
  /** What follows the rise. */
  public enum Decay {
    /** Stays. */
    CONSTANT,
    /** Falls in a line, to nothing after the last step. */
    LINEAR,
    /** Falls along half a cosine, to nothing after the last step. */
    COSINE
  }

  public LearningRateSchedule {
    if (!(peak > 0) || Double.isInfinite(peak) || warmUpSteps < 0) {
      throw new IllegalArgumentException("peak %s, warm-up %d".formatted(peak, warmUpSteps));
    }
  }

  /**
   * The rate of a step.
   *
   * @param step from 0
   * @param steps of the whole run
   */
  public double at(long step, long steps) {
    if (step < warmUpSteps) {
      return peak * (step + 1) / warmUpSteps;
    }
    double left = steps <= warmUpSteps ? 1 : (double) (steps - step) / (steps - warmUpSteps);
    return switch (decay) {
      case CONSTANT -> peak;
      case LINEAR -> peak * Math.max(0, left);
      case COSINE -> peak * 0.5 * (1 - Math.cos(Math.PI * Math.max(0, left)));
    };
  }
}
