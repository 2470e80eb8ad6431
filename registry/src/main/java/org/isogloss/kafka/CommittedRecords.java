package org.isogloss.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * What is committed in some partitions from their beginning up to the end as of the moment of
 * construction. Takes over the consumer's assignment. Not safe for use by many threads.
 */
public final class CommittedRecords {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Takes a record. */
  @FunctionalInterface
  public interface Visitor {
    void visit(ConsumerRecord<byte[], byte[]> record);
  }

  /** Told how far the reading has come. */
  @FunctionalInterface
  public interface Progress {
    /** Tells nobody. */
    Progress NONE = (read, total) -> {};

    /**
     * @param read offsets passed so far
     * @param total offsets to pass
     */
    void read(long read, long total);
  }

  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Long> beginnings;
  private final Map<TopicPartition, Long> ends;

  /**
   * Fixes the ends.
   *
   * @param consumer reads committed records only
   */
  public CommittedRecords(
      Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    this.consumer = consumer;
    this.beginnings = consumer.beginningOffsets(partitions, PATIENCE);
    this.ends = consumer.endOffsets(partitions, PATIENCE);
  }

  /**
   * The partitions of a topic, in order.
   *
   * @throws IsoglossException BAD_TOPIC where it is missing
   */
  public static List<TopicPartition> partitionsOf(Consumer<byte[], byte[]> consumer, String topic) {
    List<PartitionInfo> present = consumer.partitionsFor(topic, PATIENCE);
    if (present == null || present.isEmpty()) {
      throw new IsoglossException(ErrorCode.BAD_TOPIC, "missing: " + topic);
    }
    return present.stream()
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .sorted(Comparator.comparingInt(TopicPartition::partition))
        .toList();
  }

  /** The ends, exclusive. */
  public Map<TopicPartition, Long> endOffsets() {
    return Map.copyOf(ends);
  }

  /**
   * Visits every record, in the order of each partition. Afterwards the consumer may be used for
   * anything else.
   *
   * @throws IsoglossException TIMED_OUT where nothing can be read for a minute
   */
  public void forEach(Visitor visitor, Progress progress) {
    List<TopicPartition> open = new ArrayList<>(ends.keySet());
    open.removeIf(partition -> at(beginnings, partition) >= at(ends, partition));
    consumer.assign(open);
    consumer.seekToBeginning(open);
    try {
      visit(open, visitor, progress);
    } finally {
      consumer.resume(consumer.paused());
    }
  }

  private void visit(List<TopicPartition> open, Visitor visitor, Progress progress) {
    long total = open.stream().mapToLong(each -> at(ends, each) - at(beginnings, each)).sum();
    long passed = 0;
    long lastProgressNanos = System.nanoTime();
    while (!open.isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < at(ends, partition)) {
          visitor.visit(record);
        }
      }
      long left = 0;
      List<TopicPartition> read = new ArrayList<>();
      for (TopicPartition partition : open) {
        long behind = at(ends, partition) - consumer.position(partition, PATIENCE);
        if (behind <= 0) {
          read.add(partition);
        }
        left += Math.max(0, behind);
      }
      if (!read.isEmpty()) {
        consumer.pause(read);
        open.removeAll(read);
      }
      long now = System.nanoTime();
      if (total - left > passed) {
        passed = total - left;
        lastProgressNanos = now;
        progress.read(passed, total);
      } else if (now - lastProgressNanos > PATIENCE.toNanos()) {
        throw new IsoglossException(
            ErrorCode.TIMED_OUT, "nothing was read for " + PATIENCE + " from " + open);
      }
    }
  }

  private static long at(Map<TopicPartition, Long> offsets, TopicPartition partition) {
    return Objects.requireNonNull(offsets.get(partition));
  }
}
