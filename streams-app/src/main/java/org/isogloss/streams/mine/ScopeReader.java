package org.isogloss.streams.mine;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.ScopeSealed;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.place.Placement;

/**
 * Reads the pairs of a scope from {@code isogloss.bitext}. Safe for use by many threads; each call
 * opens a connection of its own.
 */
public final class ScopeReader {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);

  private final KafkaSettings settings;

  public ScopeReader(KafkaSettings settings) {
    this.settings = settings;
  }

  /**
   * Waits until the scope is sealed and all its pairs are written, and returns them.
   *
   * @throws IsoglossException TIMED_OUT if that takes longer than the timeout, BAD_TOPIC,
   *     BROKER_UNREACHABLE, UNDECODABLE_RECORD
   */
  public ScopePairs await(String scope, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (SchemaFollower schemas = SchemaFollower.start(settings.consumer(), SCHEMA_TIMEOUT);
        Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
      List<TopicPartition> partitions = CommittedRecords.partitionsOf(consumer, Topics.BITEXT);
      TopicPartition home = partitions.get(Placement.forScope(scope, scope, partitions.size()));
      consumer.assign(List.of(home));
      consumer.seekToBeginning(List.of(home));
      AvroCodec<Pair> pairs = AvroCodec.of(Pair.class, schemas);
      AvroCodec<ScopeSealed> seals = AvroCodec.of(ScopeSealed.class, schemas);
      Map<BitextKey, Pair> found = new LinkedHashMap<>();
      while (System.nanoTime() - deadline < 0) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          Optional<BitextKey> key = key(record, scope);
          if (key.isEmpty()) {
            continue;
          }
          switch (key.get()) {
            case BitextKey.OfPair pair -> found.put(pair, pairs.decode(record.value()));
            case BitextKey.OfSealed sealed -> {
              return new ScopePairs(seals.decode(record.value()), List.copyOf(found.values()));
            }
          }
        }
      }
      throw new IsoglossException(
          ErrorCode.TIMED_OUT,
          "the scope "
              + scope
              + " is not complete after "
              + timeout
              + "; "
              + found.size()
              + " pairs stand so far");
    } catch (UndecodableRecordException | UnknownSchemaException e) {
      throw new IsoglossException(
          ErrorCode.UNDECODABLE_RECORD, "in " + Topics.BITEXT + ": " + e.getMessage(), e);
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE,
          "reading " + Topics.BITEXT + " at " + settings.bootstrapServers() + ": " + e.getMessage(),
          e);
    }
  }

  private static Optional<BitextKey> key(ConsumerRecord<byte[], byte[]> record, String scope) {
    if (record.key() == null || record.value() == null) {
      return Optional.empty();
    }
    return BitextKey.parse(record.key()).filter(key -> key.scope().equals(scope));
  }
}
