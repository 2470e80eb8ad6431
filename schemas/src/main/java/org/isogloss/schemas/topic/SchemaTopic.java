package org.isogloss.schemas.topic;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.isogloss.schemas.codec.Fingerprints;
import org.isogloss.schemas.codec.WriterSchemas;

/**
 * Registers writer schemas in {@code isogloss.schemas}. A writer registers before its first record;
 * readers follow the topic with {@link SchemaFollower}.
 */
public final class SchemaTopic {
  private SchemaTopic() {}

  /**
   * Registers every schema this build writes, unless it is there already. Returns when the topic
   * holds them durably.
   *
   * @param consumer consumer configuration, without deserializers
   * @param producer producer configuration, without serializers; not transactional
   * @param timeout bound on reading what is there
   * @throws KafkaException if the topic cannot be read or written
   */
  public static void registerOurs(
      Map<String, Object> consumer, Map<String, Object> producer, Duration timeout) {
    register(consumer, producer, WriterSchemas.allOurs(), timeout);
  }

  /** Registers these schemas; see {@link #registerOurs}. */
  public static void register(
      Map<String, Object> consumer,
      Map<String, Object> producer,
      Collection<Schema> schemas,
      Duration timeout) {
    List<Schema> missing = new ArrayList<>(schemas);
    try (SchemaFollower follower = SchemaFollower.start(consumer, timeout)) {
      missing.removeIf(schema -> follower.holds(Fingerprints.of(schema)));
    }
    if (missing.isEmpty()) {
      return;
    }
    try (Producer<byte[], byte[]> sender =
        new KafkaProducer<>(producer, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent =
          missing.stream().map(schema -> sender.send(record(schema))).toList();
      for (Future<RecordMetadata> each : sent) {
        await(each);
      }
    }
  }

  private static void await(Future<RecordMetadata> sent) {
    try {
      sent.get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw new KafkaException("a schema could not be registered", e.getCause());
    }
  }

  static ProducerRecord<byte[], byte[]> record(Schema schema) {
    return new ProducerRecord<>(
        Topics.SCHEMAS,
        Fingerprints.hex(Fingerprints.of(schema)).getBytes(StandardCharsets.UTF_8),
        schema.toString().getBytes(StandardCharsets.UTF_8));
  }
}
