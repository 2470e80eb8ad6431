package org.isogloss.streams.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A contiguous range of offsets of one partition, the worker's unit of commitment. Done when each
 * of its records has its outputs. Outputs may be set by any thread, each slot once.
 */
final class Window {
  private final TopicPartition partition;
  private final long nextOffset;
  private final long bytes;
  private final @Nullable List<ProducerRecord<byte[], byte[]>>[] outputs;
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
   * @return whether the window is done by this
   */
  boolean complete(int record, List<ProducerRecord<byte[], byte[]>> results) {
    if (outputs[record] != null) {
      throw new IllegalStateException(partition + ": record " + record + " completed twice");
    }
    outputs[record] = results;
    return missing.decrementAndGet() == 0;
  }

  boolean isDone() {
    return missing.get() == 0;
  }

  /** All outputs in the order of the offsets; only of a window that is done. */
  List<ProducerRecord<byte[], byte[]>> outputs() {
    List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>(outputs.length);
    for (List<ProducerRecord<byte[], byte[]>> each : outputs) {
      if (each == null) {
        throw new IllegalStateException(partition + ": a window is not done");
      }
      all.addAll(each);
    }
    return all;
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
