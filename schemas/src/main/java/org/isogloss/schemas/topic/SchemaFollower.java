package org.isogloss.schemas.topic;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.isogloss.schemas.codec.Fingerprints;
import org.isogloss.schemas.codec.WriterSchemas;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas registered in {@code isogloss.schemas}, those of this build included. There is no
 * thread: a fingerprint not known yet makes the caller read the topic up to its end as of then. One
 * that stays unknown is looked up again after a second at the earliest, so that bad records cost no
 * round trip each.
 *
 * <p>Safe for use by many threads; they wait for one another only while the topic is read.
 */
public final class SchemaFollower implements WriterSchemas, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SchemaFollower.class);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final long AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

  private final ConcurrentMap<Long, Schema> learned = new ConcurrentHashMap<>();
  private final ConcurrentMap<Long, Long> missedAtNanos = new ConcurrentHashMap<>();
  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final Duration timeout;
  private boolean closed;

  private SchemaFollower(
      Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Duration timeout) {
    this.consumer = consumer;
    this.partitions = partitions;
    this.timeout = timeout;
  }

  /**
   * Reads the topic as it stands now.
   *
   * @param configuration consumer configuration, without deserializers; no group is joined
   * @param timeout bound on every reading of the topic
   * @throws KafkaException if the topic is missing, or cannot be read in time
   */
  public static SchemaFollower start(Map<String, Object> configuration, Duration timeout) {
    Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            configuration, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      List<PartitionInfo> present = consumer.partitionsFor(Topics.SCHEMAS, timeout);
      if (present == null || present.isEmpty()) {
        throw new KafkaException("the topic " + Topics.SCHEMAS + " is missing");
      }
      List<TopicPartition> partitions =
          present.stream().map(p -> new TopicPartition(p.topic(), p.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      SchemaFollower follower = new SchemaFollower(consumer, partitions, timeout);
      follower.catchUp();
      return follower;
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws KafkaException if the schema is not known here and the topic cannot be read in time
   */
  @Override
  public Optional<Schema> find(long fingerprint) {
    Optional<Schema> known = known(fingerprint);
    if (known.isPresent() || missedLately(fingerprint)) {
      return known;
    }
    synchronized (this) {
      known = known(fingerprint);
      if (known.isEmpty() && !missedLately(fingerprint) && !closed) {
        catchUp();
        known = known(fingerprint);
        if (known.isEmpty()) {
          remember(fingerprint);
        }
      }
      return known;
    }
  }

  /** Whether the topic, as far as it was read, holds the schema: knowing our own is not enough. */
  boolean holds(long fingerprint) {
    return learned.containsKey(fingerprint);
  }

  private Optional<Schema> known(long fingerprint) {
    return WriterSchemas.ours()
        .find(fingerprint)
        .or(() -> Optional.ofNullable(learned.get(fingerprint)));
  }

  private boolean missedLately(long fingerprint) {
    Long at = missedAtNanos.get(fingerprint);
    return at != null && System.nanoTime() - at < AGAIN_NANOS;
  }

  private void remember(long fingerprint) {
    long now = System.nanoTime();
    missedAtNanos.values().removeIf(at -> now - at >= AGAIN_NANOS);
    missedAtNanos.put(fingerprint, now);
  }

  private synchronized void catchUp() {
    long deadline = System.nanoTime() + timeout.toNanos();
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, timeout);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), timeout) < end.getValue())) {
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException("the end of " + Topics.SCHEMAS + " was not reached in time");
      }
      for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
        learn(each);
      }
    }
  }

  private void learn(ConsumerRecord<byte[], byte[]> entry) {
    if (entry.key() == null || entry.value() == null) {
      return;
    }
    String key = new String(entry.key(), StandardCharsets.UTF_8);
    try {
      Schema schema = new Schema.Parser().parse(new String(entry.value(), StandardCharsets.UTF_8));
      long fingerprint = Fingerprints.of(schema);
      if (Fingerprints.hex(fingerprint).equals(key)) {
        learned.put(fingerprint, schema);
      } else {
        log.warn("{}@{}: the key {} is not the schema's", entry.topic(), entry.offset(), key);
      }
    } catch (AvroRuntimeException e) {
      log.warn("{}@{}: no schema: {}", entry.topic(), entry.offset(), e.getMessage());
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    consumer.close();
  }
}
