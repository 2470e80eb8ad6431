package org.isogloss.streams.mine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.EndOffset;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.place.Placement;

/**
 * Closes scopes. A seal fixes the committed end offsets of {@code isogloss.sentences} and counts
 * the scope's records before them: those whose value can be read as a sentence of that scope,
 * whatever else is wrong with them, for of these the router tells the scope even when it refuses
 * them. One that the router refused before its schema was registered does not count, since its dead
 * letter names no scope.
 *
 * <p>Safe for use by many threads and processes; each call opens connections of its own. Should two
 * seal the same scope at once, both get the seal that came first, which is the one the miner takes.
 */
public final class Sealer {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final KafkaSettings settings;

  public Sealer(KafkaSettings settings) {
    this.settings = settings;
  }

  /** Seals a scope; see {@link #seal(String, CommittedRecords.Progress)}. */
  public Seal seal(String scope) {
    return seal(scope, CommittedRecords.Progress.NONE);
  }

  /**
   * Seals a scope, or returns the seal it has. Blocks until all of {@code isogloss.sentences} is
   * read.
   *
   * @throws IsoglossException BAD_OPTION for the empty scope, BAD_TOPIC, BROKER_UNREACHABLE,
   *     SEND_FAILED
   */
  public Seal seal(String scope, CommittedRecords.Progress progress) {
    if (scope.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION, "the empty scope is not mined and cannot be sealed");
    }
    try {
      SchemaTopic.registerOurs(settings.consumer(), settings.producer(), TIMEOUT);
      try (SchemaFollower schemas = SchemaFollower.start(settings.consumer(), TIMEOUT);
          Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
        AvroCodec<Seal> seals = AvroCodec.of(Seal.class, schemas);
        List<TopicPartition> scopes = CommittedRecords.partitionsOf(consumer, Topics.SCOPES);
        TopicPartition home = scopes.get(Placement.forScope(scope, scope, scopes.size()));
        Optional<Seal> existing = existing(consumer, home, seals, scope);
        if (existing.isPresent()) {
          return existing.get();
        }
        Seal counted = count(consumer, AvroCodec.of(Sentence.class, schemas), scope, progress);
        write(home, scope, seals.encode(counted));
        return existing(consumer, home, seals, scope).orElse(counted);
      }
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE,
          "sealing " + scope + " at " + settings.bootstrapServers() + ": " + e.getMessage(),
          e);
    }
  }

  private static Optional<Seal> existing(
      Consumer<byte[], byte[]> consumer, TopicPartition home, AvroCodec<Seal> seals, String scope) {
    byte[] key = scope.getBytes(StandardCharsets.UTF_8);
    List<Seal> found = new ArrayList<>();
    new CommittedRecords(consumer, List.of(home))
        .forEach(
            record -> {
              if (found.isEmpty() && record.value() != null && Arrays.equals(record.key(), key)) {
                seal(seals, record.value()).ifPresent(found::add);
              }
            },
            CommittedRecords.Progress.NONE);
    return found.stream().findFirst();
  }

  private static Optional<Seal> seal(AvroCodec<Seal> seals, byte[] value) {
    try {
      return Optional.of(seals.decode(value));
    } catch (UndecodableRecordException | UnknownSchemaException e) {
      // The miner refuses it too, so it seals nothing.
      return Optional.empty();
    }
  }

  private static Seal count(
      Consumer<byte[], byte[]> consumer,
      AvroCodec<Sentence> sentences,
      String scope,
      CommittedRecords.Progress progress) {
    CommittedRecords reading =
        new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.SENTENCES));
    Set<Origin> refusedUnread = refusedUnread(consumer);
    long[] count = new long[1];
    reading.forEach(
        record -> {
          Origin origin = new Origin(record.topic(), record.partition(), record.offset());
          if (!refusedUnread.contains(origin) && belongs(record, sentences, scope)) {
            count[0]++;
          }
        },
        progress);
    List<EndOffset> ends =
        reading.endOffsets().entrySet().stream()
            .map(end -> new EndOffset(end.getKey().partition(), end.getValue()))
            .sorted(Comparator.comparingInt(EndOffset::getPartition))
            .toList();
    return Seal.newBuilder().setScope(scope).setCount(count[0]).setEndOffsets(ends).build();
  }

  /**
   * Sentences whose schema the router did not know when it refused them. It may be registered by
   * now, so that we could read their scope; but their dead letters name none, and the miner would
   * wait for them for ever.
   */
  private static Set<Origin> refusedUnread(Consumer<byte[], byte[]> consumer) {
    Set<Origin> origins = new HashSet<>();
    new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.DEAD_LETTERS))
        .forEach(
            record ->
                DeadLetters.read(record.headers())
                    .filter(letter -> letter.code().equals(ErrorCode.UNKNOWN_SCHEMA.code()))
                    .filter(letter -> letter.scope().isEmpty())
                    .ifPresent(letter -> origins.add(letter.origin())),
            CommittedRecords.Progress.NONE);
    return origins;
  }

  private static boolean belongs(
      ConsumerRecord<byte[], byte[]> record, AvroCodec<Sentence> sentences, String scope) {
    if (record.value() == null) {
      return false;
    }
    try {
      return sentences.decode(record.value()).getScope().equals(scope);
    } catch (UndecodableRecordException | UnknownSchemaException e) {
      return false;
    }
  }

  private void write(TopicPartition home, String scope, byte[] seal) {
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      producer
          .send(
              new ProducerRecord<>(
                  home.topic(), home.partition(), scope.getBytes(StandardCharsets.UTF_8), seal))
          .get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while sealing " + scope, e);
    } catch (ExecutionException e) {
      throw new IsoglossException(
          ErrorCode.SEND_FAILED, "the seal of " + scope + ": " + e.getCause(), e);
    }
  }
}
