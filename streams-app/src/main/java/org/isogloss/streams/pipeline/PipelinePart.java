package org.isogloss.streams.pipeline;

import java.util.concurrent.CompletableFuture;
import org.isogloss.error.IsoglossException;

/** A part that runs: router, worker or miner. */
interface PipelinePart extends AutoCloseable {
  /** Starts, and returns when it works. */
  void start();

  /** Completes with the reason if it stops on its own; never otherwise. */
  CompletableFuture<IsoglossException> failure();

  /** Whether it works now: it has started, and has not stopped. */
  default boolean isWorking() {
    return !failure().isDone();
  }

  /** Finishes what it has begun. */
  @Override
  void close();
}
