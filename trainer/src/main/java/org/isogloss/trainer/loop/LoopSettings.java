package org.isogloss.trainer.loop;

import java.util.OptionalLong;

/**
 * How a run goes.
 *
 * @param epochs over the data, unless steps says otherwise
 * @param steps of the optimiser, over as many epochs as that takes; empty: the epochs'
 * @param tokenBudget of a batch
 * @param mostExamples of a batch
 * @param evaluateEvery steps between two scores of the held-out data; the start and the end have
 *     one anyway
 * @param checkpointEvery steps between two checkpoints
 * @param patience so many scores in a row that are no better end the run
 * @param seed of the batches and of whatever the task draws
 */
public record LoopSettings(
    int epochs,
    OptionalLong steps,
    int tokenBudget,
    int mostExamples,
    LearningRateSchedule schedule,
    int evaluateEvery,
    int checkpointEvery,
    int patience,
    long seed) {
  public LoopSettings {
    if (epochs < 1
        || steps.orElse(1) < 1
        || tokenBudget < 1
        || mostExamples < 1
        || evaluateEvery < 1
        || checkpointEvery < 1
        || patience < 1) {
      throw new IllegalArgumentException(
          "every count must be at least 1: epochs %d, steps %s, budget %d, examples %d, every %d and %d, patience %d"
              .formatted(
                  epochs,
                  steps,
                  tokenBudget,
                  mostExamples,
                  evaluateEvery,
                  checkpointEvery,
                  patience));
    }
  }
}
