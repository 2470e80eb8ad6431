package org.isogloss.trainer.loop;

/** The seeds that a run's own seed gives. Pure functions. */
public final class RunSeed {
  private static final long APART = 1_000_003;

  private RunSeed() {}

  /**
   * Of one step or epoch of a run: another for every one, and the same when a run that was killed
   * is gone on with.
   */
  public static long of(long run, long number) {
    return run * APART + number;
  }
}
