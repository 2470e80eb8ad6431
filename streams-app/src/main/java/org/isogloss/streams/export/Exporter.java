package org.isogloss.streams.export;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.Topics;

/** Tells the committed records of a topic as lines of JSON. */
public final class Exporter {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);

  private final KafkaSettings settings;
  private volatile boolean stopped;

  public Exporter(KafkaSettings settings) {
    this.settings = settings;
  }

  /**
   * Tells what the topic holds now, from its beginning.
   *
   * @param lines takes each line, without its end; what it throws ends the export
   * @return how many lines were told
   * @throws IsoglossException BAD_TOPIC where the topic is missing, BROKER_UNREACHABLE, TIMED_OUT
   */
  public long export(String topic, Consumer<String> lines, CommittedRecords.Progress progress) {
    return with(
        topic,
        (consumer, partitions, schemas) -> {
          RecordJson json = new RecordJson(schemas);
          long[] told = new long[1];
          new CommittedRecords(consumer, partitions)
              .forEach(
                  record -> {
                    lines.accept(json.line(record));
                    told[0]++;
                  },
                  progress);
          return told[0];
        });
  }

  /**
   * Tells the embeddings that {@code isogloss.embeddings} holds now, as the records they are.
   *
   * @param passedOver called for each record that is none, or of a version we do not know
   * @return how many were told
   * @throws IsoglossException as {@link #export}
   */
  public long embeddings(
      Consumer<Embedding> embeddings, Runnable passedOver, CommittedRecords.Progress progress) {
    return with(
        Topics.EMBEDDINGS,
        (consumer, partitions, schemas) -> {
          AvroCodec<Embedding> codec = AvroCodec.of(Embedding.class, schemas);
          long[] told = new long[1];
          new CommittedRecords(consumer, partitions)
              .forEach(
                  record -> {
                    Optional<Embedding> embedding = decoded(codec, record);
                    embedding.ifPresentOrElse(embeddings, passedOver);
                    told[0] += embedding.isPresent() ? 1 : 0;
                  },
                  progress);
          return told[0];
        });
  }

  private static Optional<Embedding> decoded(
      AvroCodec<Embedding> codec, ConsumerRecord<byte[], byte[]> record) {
    try {
      return record.value() == null ? Optional.empty() : Optional.of(codec.decode(record.value()));
    } catch (UndecodableRecordException | UnknownSchemaException e) {
      return Optional.empty();
    }
  }

  /**
   * Tells what the topic holds and what comes, until {@link #stop}; otherwise as {@link #export}.
   */
  public long follow(String topic, Consumer<String> lines) {
    return with(
        topic,
        (consumer, partitions, schemas) -> {
          RecordJson json = new RecordJson(schemas);
          consumer.assign(partitions);
          consumer.seekToBeginning(partitions);
          long told = 0;
          while (!stopped) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
              lines.accept(json.line(record));
              told++;
            }
          }
          return told;
        });
  }

  /** Ends a {@link #follow} soon. May be called from any thread. */
  public void stop() {
    stopped = true;
  }

  private long with(String topic, Telling telling) {
    try (SchemaFollower schemas = SchemaFollower.start(settings.consumer(), SCHEMA_TIMEOUT);
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
      return telling.tell(consumer, CommittedRecords.partitionsOf(consumer, topic), schemas);
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE,
          "reading " + topic + " at " + settings.bootstrapServers() + ": " + e.getMessage(),
          e);
    }
  }

  @FunctionalInterface
  private interface Telling {
    long tell(
        KafkaConsumer<byte[], byte[]> consumer,
        List<TopicPartition> partitions,
        WriterSchemas schemas);
  }
}
