package org.isogloss.streams.command;

import org.isogloss.encoder.batch.BatchPolicy;
import org.isogloss.streams.worker.WorkerOptions;

/** How the options of a model bear on the encoder worker. */
final class WorkerFlags {
  private WorkerFlags() {}

  static WorkerOptions options(String slot, ModelOptions model) {
    WorkerOptions defaults = WorkerOptions.defaults(slot);
    BatchPolicy batches = defaults.batches();
    return defaults.withBatches(
        new BatchPolicy(
            model.tokenBudget(), batches.linger(), batches.lookAhead(), batches.cost()));
  }
}
