package org.isogloss.streams.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.place.Placement;
import org.jspecify.annotations.Nullable;

/** Writes and reads dead letters; the package describes the format. */
public final class DeadLetters {
  private DeadLetters() {}

  /**
   * The record to send.
   *
   * @param key the refused record's key, unchanged
   * @param value the refused record's value, unchanged
   * @param partitions of the topic of dead letters
   */
  public static ProducerRecord<byte[], byte[]> record(
      DeadLetter letter, byte @Nullable [] key, byte @Nullable [] value, int partitions) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.DEAD_LETTERS, partition(letter.scope(), key, partitions), key, value);
    write(letter, record.headers());
    return record;
  }

  /** The partition of a dead letter of this scope. */
  public static int partition(String scope, byte @Nullable [] key, int partitions) {
    String id = key == null ? "" : new String(key, StandardCharsets.UTF_8);
    return Placement.forScope(scope, id, partitions);
  }

  /** Writes the letter's headers. */
  public static void write(DeadLetter letter, Headers headers) {
    TextHeaders.put(headers, HeaderNames.STAGE, letter.stage().text());
    TextHeaders.put(headers, HeaderNames.CODE, letter.code());
    TextHeaders.put(headers, HeaderNames.MESSAGE, letter.message());
    TextHeaders.put(headers, HeaderNames.SCOPE, letter.scope());
    TextHeaders.put(headers, HeaderNames.ORIGIN, OriginText.format(letter.origin()));
  }

  /** The letter of these headers; empty where one is missing or malformed. */
  public static Optional<DeadLetter> read(Headers headers) {
    Optional<Stage> stage = TextHeaders.read(headers, HeaderNames.STAGE).flatMap(Stage::of);
    Optional<String> code =
        TextHeaders.read(headers, HeaderNames.CODE).filter(text -> !text.isBlank());
    Optional<Origin> origin =
        TextHeaders.read(headers, HeaderNames.ORIGIN).flatMap(OriginText::parse);
    if (stage.isEmpty() || code.isEmpty() || origin.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DeadLetter(
            stage.get(),
            code.get(),
            TextHeaders.read(headers, HeaderNames.MESSAGE).orElse(""),
            TextHeaders.read(headers, HeaderNames.SCOPE).orElse(""),
            origin.get()));
  }
}
