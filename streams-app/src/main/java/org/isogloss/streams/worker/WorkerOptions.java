package org.isogloss.streams.worker;

import java.time.Duration;
import org.isogloss.encoder.batch.BatchCost;
import org.isogloss.encoder.batch.BatchPolicy;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.topic.Topics;

/**
 * How to encode. Input, output and group make a route: another route through the same kind of
 * worker is another set of options.
 *
 * @param slot the worker's place in its group, stable over restarts: a restart fences its
 *     predecessor at once, so two running workers must never share one
 * @param group consumer group
 * @param input topic of encode requests
 * @param output topic of embeddings
 * @param vectorType how vectors are written
 * @param batches how micro-batches are cut
 * @param maxRecordsInFlight records read and not yet committed; beyond, partitions are paused
 * @param maxBytesInFlight likewise, the bytes of those records
 * @param pollRecords the most records of a poll, and so of the windows it opens
 * @param sessionTimeout after which a silent worker's partitions go to others
 * @param transactionTimeout after which the broker ends a transaction left open
 * @param drainTimeout bound on finishing what is in flight when partitions are revoked or the
 *     worker closes; what is not finished then is left to the next owner
 * @param tokenizerThreads at least one
 */
public record WorkerOptions(
    String slot,
    String group,
    String input,
    String output,
    VectorType vectorType,
    BatchPolicy batches,
    int maxRecordsInFlight,
    long maxBytesInFlight,
    int pollRecords,
    Duration sessionTimeout,
    Duration transactionTimeout,
    Duration drainTimeout,
    int tokenizerThreads) {
  /** The pipeline's own consumer group. */
  public static final String DEFAULT_GROUP = "isogloss-encoder";

  private static final int DEFAULT_TOKEN_BUDGET = 2048;

  public WorkerOptions {
    if (slot.isBlank() || group.isBlank() || input.isBlank() || output.isBlank()) {
      throw new IllegalArgumentException(
          "slot '%s', group '%s', input '%s', output '%s'".formatted(slot, group, input, output));
    }
    if (maxRecordsInFlight < 1 || maxBytesInFlight < 1 || pollRecords < 1 || tokenizerThreads < 1) {
      throw new IllegalArgumentException(
          "in flight %d records, %d bytes; poll %d; %d threads"
              .formatted(maxRecordsInFlight, maxBytesInFlight, pollRecords, tokenizerThreads));
    }
  }

  /** The pipeline's own worker. */
  public static WorkerOptions defaults(String slot) {
    return new WorkerOptions(
        slot,
        DEFAULT_GROUP,
        Topics.ENCODE_REQUESTS,
        Topics.EMBEDDINGS,
        VectorType.FP32,
        new BatchPolicy(DEFAULT_TOKEN_BUDGET, Duration.ofMillis(20), 1024, BatchCost.PACKED),
        8192,
        64L << 20,
        1024,
        Duration.ofSeconds(10),
        Duration.ofSeconds(15),
        Duration.ofSeconds(10),
        1);
  }

  /** The same with other micro-batches. */
  public WorkerOptions withBatches(BatchPolicy policy) {
    return new WorkerOptions(
        slot,
        group,
        input,
        output,
        vectorType,
        policy,
        maxRecordsInFlight,
        maxBytesInFlight,
        pollRecords,
        sessionTimeout,
        transactionTimeout,
        drainTimeout,
        tokenizerThreads);
  }

  /** The same with other time-outs. */
  public WorkerOptions withTimeouts(Duration session, Duration transaction, Duration drain) {
    return new WorkerOptions(
        slot,
        group,
        input,
        output,
        vectorType,
        batches,
        maxRecordsInFlight,
        maxBytesInFlight,
        pollRecords,
        session,
        transaction,
        drain,
        tokenizerThreads);
  }

  /** The same with other bounds on what is in flight. */
  public WorkerOptions withBounds(int records, long bytes, int poll) {
    return new WorkerOptions(
        slot,
        group,
        input,
        output,
        vectorType,
        batches,
        records,
        bytes,
        poll,
        sessionTimeout,
        transactionTimeout,
        drainTimeout,
        tokenizerThreads);
  }

  /** The same on another route. */
  public WorkerOptions withRoute(String routeGroup, String routeInput, String routeOutput) {
    return new WorkerOptions(
        slot,
        routeGroup,
        routeInput,
        routeOutput,
        vectorType,
        batches,
        maxRecordsInFlight,
        maxBytesInFlight,
        pollRecords,
        sessionTimeout,
        transactionTimeout,
        drainTimeout,
        tokenizerThreads);
  }

  /** The same with vectors written so. */
  public WorkerOptions withVectorType(VectorType type) {
    return new WorkerOptions(
        slot,
        group,
        input,
        output,
        type,
        batches,
        maxRecordsInFlight,
        maxBytesInFlight,
        pollRecords,
        sessionTimeout,
        transactionTimeout,
        drainTimeout,
        tokenizerThreads);
  }

  /** Stable per group and slot. */
  String transactionalId() {
    return group + "-" + slot;
  }
}
