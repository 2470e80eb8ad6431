package org.isogloss.streams.replay;

import java.util.Optional;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.record.Sentence;

/** What a dead letter holds, as far as it can be read now. */
public sealed interface LetterContent {
  /** A sentence as it was sent. */
  record OfSentence(Sentence sentence) implements LetterContent {}

  /** A sentence on its way to the encoder. */
  record OfRequest(EncodeRequest request) implements LetterContent {}

  /** A vector that could not be mined. */
  record OfEmbedding(Embedding embedding) implements LetterContent {}

  /** The seal of a scope of which a pair of languages could not be mined. */
  record OfSeal(Seal seal) implements LetterContent {}

  /** No record, or bytes that cannot be read. */
  record Unreadable(String reason) implements LetterContent {}

  /** The text of the sentence, where there is one. */
  default Optional<String> text() {
    return switch (this) {
      case OfSentence of -> Optional.of(of.sentence().getText());
      case OfRequest of -> Optional.of(of.request().getText());
      case OfEmbedding of -> Optional.of(of.embedding().getText());
      case OfSeal of -> Optional.empty();
      case Unreadable of -> Optional.empty();
    };
  }

  /** The language of the sentence, where one was given or settled. */
  default Optional<String> language() {
    return switch (this) {
      case OfSentence of -> of.sentence().getLanguage();
      case OfRequest of -> Optional.of(of.request().getLanguage());
      case OfEmbedding of -> Optional.of(of.embedding().getLanguage());
      case OfSeal of -> Optional.empty();
      case Unreadable of -> Optional.empty();
    };
  }
}
