package org.isogloss.streams.worker;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.encoder.encode.Rejected;
import org.jspecify.annotations.Nullable;

/**
 * A contiguous range of offsets of one partition, the worker's unit of commitment. Done when each
 * of its records has its outputs. Outputs may be set by any thread, each slot once.
 */
final class Window {
  /** What a record ends in if the log refuses its outputs for what they are. */
  interface Fallback {
    /**
     * @param original whether the letter carries the original bytes; without them it fits anywhere
     */
    ProducerRecord<byte[], byte[]> deadLetter(Rejected rejected, boolean original);
  }

  private final TopicPartition partition;
  private final long nextOffset;
  private final long bytes;
  private final @Nullable List<ProducerRecord<byte[], byte[]>>[] outputs;
  private final @Nullable Fallback[] fallbacks;
  private final byte[] refusals;
  private final AtomicInteger missing;
  private volatile boolean discarded;

  /**
   * @param nextOffset what to commit when it is done
   * @param records how many it holds, at least one
   * @param bytes of its records
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  Window(TopicPartition partition, long nextOffset, int records, long bytes) {
    if (records < 1) {
      throw new IllegalArgumentException("an empty window");
    }
    this.partition = partition;
    this.nextOffset = nextOffset;
    this.bytes = bytes;
    outputs = new List[records];
    fallbacks = new Fallback[records];
    refusals = new byte[records];
    missing = new AtomicInteger(records);
  }

  TopicPartition partition() {
    return partition;
  }

  long nextOffset() {
    return nextOffset;
  }

  int records() {
    return outputs.length;
  }

  long bytes() {
    return bytes;
  }

  /**
   * Sets the outputs of a record.
   *
   * @param fallback instead of them, should the log refuse one
   * @return whether the window is done by this
   */
  boolean complete(int record, List<ProducerRecord<byte[], byte[]>> results, Fallback fallback) {
    if (outputs[record] != null) {
      throw new IllegalStateException(partition + ": record " + record + " completed twice");
    }
    outputs[record] = results;
    fallbacks[record] = fallback;
    return missing.decrementAndGet() == 0;
  }

  boolean isDone() {
    return missing.get() == 0;
  }

  /** The outputs of a record; only of a window that is done. */
  List<ProducerRecord<byte[], byte[]>> outputs(int record) {
    List<ProducerRecord<byte[], byte[]>> each = outputs[record];
    if (each == null) {
      throw new IllegalStateException(partition + ": a window is not done");
    }
    return each;
  }

  /**
   * The log refused an output of this record for what it is: from now on the record ends in a dead
   * letter, at the second refusal in one without the original bytes. Only the thread that commits,
   * only of a window that is done.
   *
   * @return false if even that was refused
   */
  boolean fallBack(int record, Rejected rejected) {
    Fallback fallback = fallbacks[record];
    if (fallback == null || refusals[record] == 2) {
      return false;
    }
    outputs[record] = List.of(fallback.deadLetter(rejected, refusals[record] == 0));
    refusals[record]++;
    return true;
  }

  /**
   * Its partition is no longer ours: nothing of it may be committed, nothing more need be encoded.
   */
  void discard() {
    discarded = true;
  }

  boolean isDiscarded() {
    return discarded;
  }
}
