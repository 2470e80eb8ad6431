package org.isogloss.streams.pipeline;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parts that live and end together. Safe for use by several threads. */
final class RunningParts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RunningParts.class);

  private final List<PipelinePart> parts;
  private final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
  private boolean closed;

  private RunningParts(List<PipelinePart> parts) {
    this.parts = List.copyOf(parts);
    this.parts.forEach(part -> part.failure().thenAccept(failure::complete));
  }

  /**
   * Starts them side by side and returns when all work.
   *
   * @param parts in the order of the flow
   * @throws RuntimeException of the first part that could not start; then none runs
   */
  static RunningParts start(List<PipelinePart> parts) {
    RunningParts running = new RunningParts(parts);
    try (ExecutorService starters = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture.allOf(
              parts.stream()
                  .map(part -> CompletableFuture.runAsync(part::start, starters))
                  .toArray(CompletableFuture[]::new))
          .join();
    } catch (CompletionException e) {
      running.close();
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    return running;
  }

  /** Completes with the reason when the first part stops on its own. */
  CompletableFuture<IsoglossException> failure() {
    return failure.copy();
  }

  /** Whether all of them work now. */
  boolean areWorking() {
    return parts.stream().allMatch(PipelinePart::isWorking);
  }

  /** Closes them in the order of the flow. A second call does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (PipelinePart part : parts) {
      try {
        part.close();
      } catch (RuntimeException e) {
        // The others still have to drain.
        log.warn("a part of the pipeline did not close", e);
      }
    }
  }
}
