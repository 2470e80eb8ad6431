package org.isogloss.streams.worker;

import java.time.Duration;
import org.isogloss.encoder.batch.BatchCost;
import org.isogloss.encoder.batch.BatchPolicy;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.topic.Topics;

/**
 * How to encode.
 *
 * @param slot the worker's place in its group, stable over restarts: a restart fences its
 *     predecessor at once, so two running workers must never share one
 * @param vectorType how vectors are written
 * @param batches how micro-batches are cut
 * @param tokenizerThreads at least one
 */
public record WorkerOptions(
    String slot,
    Route route,
    VectorType vectorType,
    BatchPolicy batches,
    Bounds bounds,
    Timeouts timeouts,
    int tokenizerThreads) {
  /** The pipeline's own consumer group. */
  public static final String DEFAULT_GROUP = "isogloss-encoder";

  private static final int DEFAULT_TOKEN_BUDGET = 2048;

  /**
   * From where to where: another route through the same kind of worker is all that pinned versions
   * need.
   *
   * @param group consumer group
   * @param input topic of encode requests
   * @param output topic of embeddings
   */
  public record Route(String group, String input, String output) {
    public Route {
      if (group.isBlank() || input.isBlank() || output.isBlank()) {
        throw new IllegalArgumentException(
            "group '%s', input '%s', output '%s'".formatted(group, input, output));
      }
    }
  }

  /**
   * What is read and not yet committed; beyond it, partitions are paused.
   *
   * @param records at most
   * @param bytes of those records, at most
   * @param pollRecords the most records of a poll, and so of the windows it opens
   */
  public record Bounds(int records, long bytes, int pollRecords) {
    public Bounds {
      if (records < 1 || bytes < 1 || pollRecords < 1) {
        throw new IllegalArgumentException(
            "in flight %d records, %d bytes; poll %d".formatted(records, bytes, pollRecords));
      }
    }
  }

  /**
   * How long what may take.
   *
   * @param session after which a silent worker's partitions go to others
   * @param transaction after which the broker ends a transaction left open
   * @param drain bound on finishing what is in flight when partitions are revoked or the worker
   *     closes; what is not finished then is left to the next owner
   */
  public record Timeouts(Duration session, Duration transaction, Duration drain) {}

  public WorkerOptions {
    if (slot.isBlank() || tokenizerThreads < 1) {
      throw new IllegalArgumentException(
          "slot '%s', %d tokenizer threads".formatted(slot, tokenizerThreads));
    }
  }

  /** The pipeline's own worker. */
  public static WorkerOptions defaults(String slot) {
    return new WorkerOptions(
        slot,
        new Route(DEFAULT_GROUP, Topics.ENCODE_REQUESTS, Topics.EMBEDDINGS),
        VectorType.FP32,
        new BatchPolicy(DEFAULT_TOKEN_BUDGET, Duration.ofMillis(20), 1024, BatchCost.PACKED),
        new Bounds(8192, 64L << 20, 1024),
        new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(10)),
        1);
  }

  /** The same with other micro-batches. */
  public WorkerOptions withBatches(BatchPolicy policy) {
    return new WorkerOptions(slot, route, vectorType, policy, bounds, timeouts, tokenizerThreads);
  }

  /** The same with other time-outs. */
  public WorkerOptions withTimeouts(Duration session, Duration transaction, Duration drain) {
    Timeouts others = new Timeouts(session, transaction, drain);
    return new WorkerOptions(slot, route, vectorType, batches, bounds, others, tokenizerThreads);
  }

  /** The same with other bounds on what is in flight. */
  public WorkerOptions withBounds(int records, long bytes, int pollRecords) {
    Bounds others = new Bounds(records, bytes, pollRecords);
    return new WorkerOptions(slot, route, vectorType, batches, others, timeouts, tokenizerThreads);
  }

  /** The same on another route. */
  public WorkerOptions withRoute(String group, String input, String output) {
    Route other = new Route(group, input, output);
    return new WorkerOptions(slot, other, vectorType, batches, bounds, timeouts, tokenizerThreads);
  }

  /** The same with vectors written so. */
  public WorkerOptions withVectorType(VectorType type) {
    return new WorkerOptions(slot, route, type, batches, bounds, timeouts, tokenizerThreads);
  }

  /** Stable per group and slot. */
  String transactionalId() {
    return route.group() + "-" + slot;
  }
}
