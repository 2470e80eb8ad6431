package org.isogloss.trainer.serve;

import org.isogloss.error.IsoglossException;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.trainer.loop.StopSignal;

/** Runs a job to its end, from its start or from its checkpoint. */
@FunctionalInterface
public interface JobRun {
  /**
   * How a job ended.
   *
   * @param module what was published, such as {@code alignment/de@3}; empty: nothing
   * @param message in words
   */
  record Outcome(String module, String message) {}

  /**
   * Runs it.
   *
   * @param stop if given, the run stops in order and publishes nothing
   * @throws IsoglossException the job's failure; TRAINING_STOPPED if it was stopped
   */
  Outcome run(TrainingJob job, StopSignal stop);
}
