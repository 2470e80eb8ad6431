package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.kafka.TopicSpec;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.EvaluationItem;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;

/** Suites in topics. Stateless. */
public final class SuiteTopic {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int ITEM_BYTES = 1 << 20;

  private SuiteTopic() {}

  /**
   * What loading did.
   *
   * @param added items that were not there
   * @param present items that were
   */
  public record Loaded(int added, int present) {}

  /**
   * Puts a suite into its topic. What is there is not put there again: neither by a second load nor
   * by the repetition of one that was cut short. One load at a time.
   *
   * @throws IsoglossException BAD_SUITE if another suite is there under this name, or it has no
   *     name for a topic
   */
  public static Loaded load(KafkaSettings kafka, Suite suite) {
    requireName(suite.name());
    List<EvaluationItem> items = SuiteItems.of(suite);
    String topic = Topics.evaluationItems(suite.name());
    TopicAdmin.createMissing(
        kafka,
        new TopicPlan(
            List.of(keptForEver(topic), TopicPlan.compacted(Topics.SCHEMAS, 1)),
            TopicPlan.CLUSTER_DEFAULT));
    try {
      SchemaTopic.registerOurs(kafka.consumer(), kafka.producer(), TIMEOUT);
      Map<String, EvaluationItem> there = itemsByKey(kafka, suite.name());
      there.values().stream()
          .filter(item -> !item.getSuiteDigest().equals(suite.digest().hex()))
          .findAny()
          .ifPresent(
              item -> {
                throw new IsoglossException(
                    ErrorCode.BAD_SUITE,
                    "%s holds another suite, of the digest %s: give this one another name"
                        .formatted(topic, item.getSuiteDigest().substring(0, 12)));
              });
      AvroCodec<EvaluationItem> codec = AvroCodec.of(EvaluationItem.class);
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      try (Producer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
        for (EvaluationItem item : items) {
          byte[] key = SuiteItems.key(item);
          if (!there.containsKey(new String(key, UTF_8))) {
            sent.add(producer.send(new ProducerRecord<>(topic, 0, key, codec.encode(item))));
          }
        }
        producer.flush();
        for (Future<RecordMetadata> each : sent) {
          await(each, topic);
        }
      }
      return new Loaded(sent.size(), there.size());
    } catch (KafkaException e) {
      throw unreachable(kafka, e);
    }
  }

  /**
   * The suite that was loaded under this name.
   *
   * @throws IsoglossException BAD_TOPIC if there is none, BAD_SUITE if it was loaded in part
   */
  public static Suite read(KafkaSettings kafka, String name) {
    requireName(name);
    try {
      Map<String, EvaluationItem> items = itemsByKey(kafka, name);
      if (items.isEmpty()) {
        throw new IsoglossException(
            ErrorCode.BAD_SUITE, Topics.evaluationItems(name) + " is empty: load the suite first");
      }
      return SuiteItems.suite(List.copyOf(items.values()));
    } catch (KafkaException e) {
      throw unreachable(kafka, e);
    }
  }

  private static Map<String, EvaluationItem> itemsByKey(KafkaSettings kafka, String name) {
    String topic = Topics.evaluationItems(name);
    Map<String, EvaluationItem> items = new LinkedHashMap<>();
    try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.consumer());
        SchemaFollower schemas = SchemaFollower.start(kafka.consumer(), TIMEOUT)) {
      AvroCodec<EvaluationItem> codec = AvroCodec.of(EvaluationItem.class, schemas);
      new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, topic))
          .forEach(
              record -> {
                try {
                  EvaluationItem item = codec.decode(record.value());
                  // Of two loads at once, the first record of a key is the item.
                  items.putIfAbsent(new String(SuiteItems.key(item), UTF_8), item);
                } catch (UndecodableRecordException | UnknownSchemaException e) {
                  throw new IsoglossException(
                      ErrorCode.UNDECODABLE_RECORD,
                      "%s@%d is no item".formatted(topic, record.offset()),
                      e);
                }
              },
              CommittedRecords.Progress.NONE);
    }
    return items;
  }

  private static TopicSpec keptForEver(String topic) {
    return new TopicSpec(
        topic,
        1,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            "-1",
            TopicConfig.RETENTION_BYTES_CONFIG,
            "-1",
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(ITEM_BYTES)));
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "'%s' is no name of a suite: lower-case letters, digits, - and _".formatted(name));
    }
  }

  private static void await(Future<RecordMetadata> sent, String topic) {
    try {
      sent.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while loading " + topic, e);
    } catch (ExecutionException e) {
      throw new IsoglossException(
          ErrorCode.SEND_FAILED, "an item was refused by " + topic + ": " + e.getCause(), e);
    }
  }

  private static IsoglossException unreachable(KafkaSettings kafka, KafkaException e) {
    return new IsoglossException(
        ErrorCode.BROKER_UNREACHABLE, kafka.bootstrapServers() + ": " + e.getMessage(), e);
  }
}
