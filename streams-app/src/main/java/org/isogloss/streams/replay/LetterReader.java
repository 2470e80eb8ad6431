package org.isogloss.streams.replay;

import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.InvalidTextException;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;

/** Reads {@code isogloss.dead-letters} and the markers of what was replayed. For one thread. */
public final class LetterReader implements AutoCloseable {
  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);

  private final SchemaFollower schemas;
  private final Consumer<byte[], byte[]> consumer;
  private final AvroCodec<Sentence> sentences;
  private final AvroCodec<EncodeRequest> requests;
  private final AvroCodec<Embedding> embeddings;
  private final AvroCodec<Seal> seals;

  /** Takes a letter. */
  @FunctionalInterface
  public interface Visitor {
    void visit(StoredLetter letter);
  }

  private LetterReader(SchemaFollower schemas, Consumer<byte[], byte[]> consumer) {
    this.schemas = schemas;
    this.consumer = consumer;
    sentences = AvroCodec.of(Sentence.class, schemas);
    requests = AvroCodec.of(EncodeRequest.class, schemas);
    embeddings = AvroCodec.of(Embedding.class, schemas);
    seals = AvroCodec.of(Seal.class, schemas);
  }

  /**
   * Connects.
   *
   * @throws IsoglossException BROKER_UNREACHABLE
   */
  public static LetterReader open(KafkaSettings kafka) {
    try {
      SchemaFollower schemas = SchemaFollower.start(kafka.consumer(), SCHEMA_TIMEOUT);
      try {
        return new LetterReader(schemas, new KafkaConsumer<>(kafka.consumer()));
      } catch (RuntimeException e) {
        schemas.close();
        throw e;
      }
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE,
          "dead letters at " + kafka.bootstrapServers() + ": " + e.getMessage(),
          e);
    }
  }

  /**
   * Visits the letters that are there now, each partition's in their order. Records whose headers
   * are no dead letter's are passed over.
   *
   * @throws IsoglossException BAD_TOPIC where the topic is missing, TIMED_OUT
   */
  public void forEach(LetterFilter filter, Visitor visitor, CommittedRecords.Progress progress) {
    new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.DEAD_LETTERS))
        .forEach(
            record ->
                DeadLetters.read(record.headers())
                    .filter(letter -> filter.takes(letter, place(record), record.timestamp()))
                    .ifPresent(
                        letter ->
                            visitor.visit(
                                new StoredLetter(record, letter, content(letter, record)))),
            progress);
  }

  /** What was replayed, as of now. */
  public ReplayMarkers markers() {
    return ReplayMarkers.read(consumer, schemas);
  }

  /** The scopes that are sealed, as of now. */
  SealedScopes sealedScopes() {
    return SealedScopes.read(consumer);
  }

  private static Origin place(ConsumerRecord<byte[], byte[]> record) {
    return new Origin(record.topic(), record.partition(), record.offset());
  }

  private LetterContent content(DeadLetter letter, ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null) {
      return new LetterContent.Unreadable("the letter holds no record");
    }
    try {
      return switch (letter.stage()) {
        case ROUTE -> new LetterContent.OfSentence(sentences.decode(value));
        case ENCODE -> new LetterContent.OfRequest(requests.decode(value));
        case MINE ->
            letter.origin().getTopic().equals(Topics.SCOPES)
                ? new LetterContent.OfSeal(seals.decode(value))
                : new LetterContent.OfEmbedding(embeddings.decode(value));
      };
    } catch (InvalidTextException e) {
      return new LetterContent.Unreadable("a text in it is not UTF-8");
    } catch (UnknownSchemaException | UndecodableRecordException e) {
      return new LetterContent.Unreadable(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    consumer.close();
    schemas.close();
  }
}
