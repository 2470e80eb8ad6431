package org.isogloss.streams.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.deadletter.Stage;
import org.jspecify.annotations.Nullable;

/**
 * What sending a letter's sentence again means. Safe for use by many threads.
 *
 * @param maxRecordBytes that {@code isogloss.sentences} takes
 */
record Resending(ReplayOptions options, SealedScopes sealed, int maxRecordBytes) {
  private static final AvroCodec<Sentence> CODEC = AvroCodec.of(Sentence.class);

  /** What the log adds to a record's own bytes, and more. */
  private static final int FRAMING_BYTES = 256;

  /** What becomes of a letter. */
  sealed interface Verdict {}

  /**
   * @param scope that it goes into; empty where it has none or cannot be read
   */
  record Send(ProducerRecord<byte[], byte[]> record, String scope) implements Verdict {}

  record Skip(PassedOver reason) implements Verdict {}

  Verdict judge(StoredLetter stored, boolean alreadyReplayed) {
    if (stored.letter().stage() == Stage.MINE) {
      return new Skip(PassedOver.HAS_ITS_VECTOR);
    }
    if (!stored.letter().origin().getTopic().equals(Topics.SENTENCES)) {
      return new Skip(PassedOver.OF_ANOTHER_ROUTE);
    }
    if (alreadyReplayed) {
      return new Skip(PassedOver.ALREADY_REPLAYED);
    }
    if (stored.record().value() == null) {
      return new Skip(PassedOver.HOLDS_NO_SENTENCE);
    }
    return switch (stored.content()) {
      case LetterContent.OfSentence of ->
          options
              .intoScope()
              .<Verdict>map(scope -> send(stored, moved(of.sentence(), scope), scope))
              .orElseGet(() -> send(stored, stored.record().value(), of.sentence().getScope()));
      case LetterContent.OfRequest of -> {
        String scope = options.intoScope().orElse(of.request().getScope());
        yield send(stored, CODEC.encode(sentence(of.request(), scope)), scope);
      }
      case LetterContent.Unreadable of -> {
        if (stored.letter().stage() == Stage.ENCODE) {
          yield new Skip(PassedOver.HOLDS_NO_SENTENCE);
        }
        yield options.intoScope().isPresent()
            ? new Skip(PassedOver.SCOPE_UNREADABLE)
            : send(stored, stored.record().value(), "");
      }
      case LetterContent.OfEmbedding of -> new Skip(PassedOver.HAS_ITS_VECTOR);
      case LetterContent.OfSeal of -> new Skip(PassedOver.HOLDS_NO_SENTENCE);
    };
  }

  private Verdict send(StoredLetter stored, byte[] value, String scope) {
    if (sealed.contains(scope)) {
      return new Skip(PassedOver.SCOPE_SEALED);
    }
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(Topics.SENTENCES, stored.record().key(), value);
    options
        .views()
        .or(() -> viewsAskedFor(stored))
        .ifPresent(views -> TextHeaders.put(record.headers(), HeaderNames.VIEWS, views));
    TextHeaders.put(
        record.headers(), HeaderNames.REPLACES, OriginText.format(stored.letter().origin()));
    return bytes(record) > maxRecordBytes
        ? new Skip(PassedOver.TOO_LARGE)
        : new Send(record, scope);
  }

  private static Optional<String> viewsAskedFor(StoredLetter stored) {
    return switch (stored.content()) {
      case LetterContent.OfRequest of ->
          Optional.of(
              of.request().getViews().stream().map(Enum::name).collect(Collectors.joining(",")));
      case LetterContent.OfSentence of ->
          TextHeaders.read(stored.record().headers(), HeaderNames.VIEWS);
      case LetterContent.Unreadable of ->
          TextHeaders.read(stored.record().headers(), HeaderNames.VIEWS);
      case LetterContent.OfEmbedding of -> Optional.empty();
      case LetterContent.OfSeal of -> Optional.empty();
    };
  }

  private static byte[] moved(Sentence sentence, String scope) {
    return CODEC.encode(
        new Sentence(
            sentence.getId(),
            sentence.getText(),
            sentence.getLanguage().orElse(null),
            scope,
            sentence.getSource()));
  }

  private static Sentence sentence(EncodeRequest request, String scope) {
    return new Sentence(
        request.getId(), request.getText(), request.getLanguage(), scope, request.getSource());
  }

  static long bytes(ProducerRecord<byte[], byte[]> record) {
    List<byte @Nullable []> parts = new ArrayList<>();
    parts.add(record.key());
    parts.add(record.value());
    for (Header header : record.headers()) {
      parts.add(header.value());
    }
    long bytes = FRAMING_BYTES;
    for (byte @Nullable [] part : parts) {
      bytes += part == null ? 0 : part.length;
    }
    return bytes;
  }
}
