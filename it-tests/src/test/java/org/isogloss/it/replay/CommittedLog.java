package org.isogloss.it.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from its first record to the last one that is committed now. */
public final class CommittedLog {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private CommittedLog() {}

  /**
   * Every committed record, in the order of each partition.
   *
   * @throws IllegalStateException if the broker does not deliver in time
   */
  public static List<ConsumerRecord<byte[], byte[]>> read(String bootstrapServers, String topic) {
    return read(bootstrapServers, topic, "read_committed");
  }

  /** Every record, those of open and aborted transactions included. */
  public static List<ConsumerRecord<byte[], byte[]>> readUncommitted(
      String bootstrapServers, String topic) {
    return read(bootstrapServers, topic, "read_uncommitted");
  }

  /** How many records there are in all, those of aborted transactions included. */
  public static int countUncommitted(String bootstrapServers, String topic) {
    return readUncommitted(bootstrapServers, topic).size();
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(
      String bootstrapServers, String topic, String isolation) {
    Map<String, Object> properties =
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "isolation.level",
            isolation,
            "enable.auto.commit",
            "false",
            "max.poll.records",
            "5000");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      // With read_committed these are the last stable offsets: nothing beyond is committed.
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      long lastProgress = System.nanoTime();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        if (System.nanoTime() - lastProgress > PATIENCE.toNanos()) {
          throw new IllegalStateException(topic + " delivered nothing for " + PATIENCE);
        }
        int before = records.size();
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        lastProgress = records.size() > before ? System.nanoTime() : lastProgress;
      }
      return records;
    }
  }
}
