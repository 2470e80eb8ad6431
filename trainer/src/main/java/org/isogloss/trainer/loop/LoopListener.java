package org.isogloss.trainer.loop;

import java.time.Duration;

/** Hears how a run goes on, and may ask it to stop. */
public interface LoopListener {
  /** Nobody gives it. */
  StopSignal NEVER = new StopSignal();

  /**
   * After a step.
   *
   * @param tokensPerSecond of the last steps, evaluation left out
   * @param left an estimate, by the pace so far
   */
  record Step(
      long step,
      long steps,
      double loss,
      double learningRate,
      double gradientNorm,
      double tokensPerSecond,
      Duration left) {}

  void stepped(Step step);

  /**
   * After a score.
   *
   * @param best whether no earlier one was as good
   */
  void scored(long step, String name, double score, boolean best);

  /** The run goes on from a checkpoint. */
  void resumed(long step);

  /**
   * Asked after every step; if given, the run writes a checkpoint and ends with TRAINING_STOPPED.
   */
  default StopSignal stop() {
    return NEVER;
  }

  /** Hears nothing. */
  static LoopListener silent() {
    return new LoopListener() {
      @Override
      public void stepped(Step step) {}

      @Override
      public void scored(long step, String name, double score, boolean best) {}

      @Override
      public void resumed(long step) {}
    };
  }
}
