package org.isogloss.streams.route;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.isogloss.error.ErrorCode;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.InvalidTextException;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.record.View;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.Stage;
import org.isogloss.streams.route.LanguageRules.Language;
import org.isogloss.streams.route.LanguageRules.NoLanguage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of one record of the input, whatever its bytes. Safe for use by many threads. */
public final class SentenceRouting {
  private static final Logger log = LoggerFactory.getLogger(SentenceRouting.class);

  private final AvroCodec<Sentence> sentences;
  private final TextRules textRules;
  private final LanguageRules languageRules;
  private final Set<View> defaultViews;

  /** What becomes of a record. */
  public sealed interface Routed {}

  /**
   * It is to be encoded.
   *
   * @param languageFound another language than the one given, under the policy VERIFY
   */
  public record Accepted(EncodeRequest request, Optional<String> languageFound) implements Routed {}

  /** It is a dead letter. */
  public record Refused(DeadLetter letter) implements Routed {}

  public SentenceRouting(
      WriterSchemas schemas,
      TextRules textRules,
      LanguageRules languageRules,
      Set<View> defaultViews) {
    this.sentences = AvroCodec.of(Sentence.class, schemas);
    this.textRules = textRules;
    this.languageRules = languageRules;
    this.defaultViews = Set.copyOf(defaultViews);
  }

  /**
   * Judges a record.
   *
   * @param views the header of views, if there is one
   * @throws KafkaException if an unknown schema cannot be looked up now; nothing is decided then
   */
  public Routed route(
      byte @Nullable [] key, byte @Nullable [] value, Optional<String> views, Origin origin) {
    if (value == null) {
      return refuse(ErrorCode.NULL_VALUE, "the record has no value", "", origin);
    }
    Sentence sentence;
    try {
      sentence = sentences.decode(value);
    } catch (InvalidTextException e) {
      ErrorCode code = e.isLoneSurrogate() ? ErrorCode.LONE_SURROGATE : ErrorCode.INVALID_UTF8;
      return refuse(code, "in the value: " + e.getMessage(), "", origin);
    } catch (UnknownSchemaException e) {
      return refuse(ErrorCode.UNKNOWN_SCHEMA, message(e), "", origin);
    } catch (UndecodableRecordException e) {
      return refuse(ErrorCode.UNDECODABLE_RECORD, message(e), "", origin);
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      return fault(e, "", origin);
    }
    try {
      return route(key, sentence, views, origin);
    } catch (RuntimeException e) {
      return fault(e, sentence.getScope(), origin);
    }
  }

  private Routed route(
      byte @Nullable [] key, Sentence sentence, Optional<String> header, Origin origin) {
    String scope = sentence.getScope();
    Optional<Refusal> refusal =
        checkKey(key, sentence.getId()).or(() -> textRules.check(sentence.getText()));
    if (refusal.isPresent()) {
      return refuse(refusal.get(), scope, origin);
    }
    Optional<Set<View>> views = views(header, scope);
    if (views.isEmpty()) {
      return refuse(
          ErrorCode.BAD_VIEWS, "'" + header.orElse("") + "' names no views", scope, origin);
    }
    String text = TextRules.normalise(sentence.getText());
    return switch (languageRules.settle(sentence.getLanguage(), text)) {
      case NoLanguage none -> refuse(none.refusal(), scope, origin);
      case Language settled ->
          new Accepted(
              new EncodeRequest(
                  sentence.getId(),
                  text,
                  settled.language(),
                  List.copyOf(EnumSet.copyOf(views.get())),
                  scope,
                  sentence.getSource(),
                  origin),
              settled.found());
    };
  }

  private static Optional<Refusal> checkKey(byte @Nullable [] key, String id) {
    if (key == null || key.length == 0) {
      return Optional.of(new Refusal(ErrorCode.NULL_KEY, "the record has no key"));
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
      return text.equals(id)
          ? Optional.empty()
          : Optional.of(
              new Refusal(
                  ErrorCode.INCONSISTENT_RECORD,
                  "the key '" + text + "' is not the id '" + id + "'"));
    } catch (CharacterCodingException e) {
      return Optional.of(new Refusal(ErrorCode.INVALID_UTF8, "the key is not UTF-8"));
    }
  }

  private Optional<Set<View>> views(Optional<String> header, String scope) {
    EnumSet<View> views = EnumSet.noneOf(View.class);
    if (header.isEmpty()) {
      views.addAll(defaultViews);
    } else {
      for (String name : header.get().split(",", -1)) {
        Optional<View> view = view(name.strip());
        if (view.isEmpty()) {
          return Optional.empty();
        }
        views.add(view.get());
      }
    }
    // Pairs are mined among cross-lingual vectors, and a scope waits for one of each sentence.
    if (!scope.isEmpty()) {
      views.add(View.CROSS_LINGUAL);
    }
    return Optional.of(views);
  }

  private static Optional<View> view(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    for (View view : View.values()) {
      if (view.name().equals(upper)) {
        return Optional.of(view);
      }
    }
    return Optional.empty();
  }

  private static Routed refuse(Refusal refusal, String scope, Origin origin) {
    return refuse(refusal.code(), refusal.message(), scope, origin);
  }

  private static Routed refuse(ErrorCode code, String message, String scope, Origin origin) {
    return new Refused(new DeadLetter(Stage.ROUTE, code.code(), message, scope, origin));
  }

  private static Routed fault(RuntimeException e, String scope, Origin origin) {
    log.error("{}@{}: cannot be judged", origin.getPartition(), origin.getOffset(), e);
    return refuse(ErrorCode.INTERNAL, "the router failed on it: " + e, scope, origin);
  }

  private static String message(Throwable e) {
    return String.valueOf(e.getMessage());
  }
}
