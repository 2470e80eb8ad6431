package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.isogloss.error.ErrorCode;
import org.isogloss.schemas.record.DeadLetterReplay;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.streams.replay.LetterContent;
import org.isogloss.streams.replay.ReplayMarkers;
import org.isogloss.streams.replay.StoredLetter;

/** Dead letters for people and for programs. */
final class LetterTexts {
  private static final int EXCERPT = 60;

  private LetterTexts() {}

  /** The heading of {@link #line}. */
  static String heading() {
    return "place\ttime\tstage\tcode\tscope\treplayed\ttext";
  }

  /** A letter as one line of columns. */
  static String line(StoredLetter letter, ReplayMarkers markers) {
    String text = letter.content().text().orElse("");
    int end = Math.min(text.length(), EXCERPT);
    return String.join(
        "\t",
        OriginText.format(letter.place()),
        letter.time().toString(),
        letter.letter().stage().text(),
        letter.letter().code(),
        printable(letter.letter().scope()),
        markers.contains(letter.letter().origin()) ? "yes" : "no",
        printable(text.substring(0, end)) + (end < text.length() ? "…" : ""));
  }

  /** Text that cannot steer a terminal, or break a line of columns. */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              int type = Character.getType(point);
              if (type == Character.CONTROL
                  || type == Character.FORMAT
                  || type == Character.SURROGATE
                  || type == Character.LINE_SEPARATOR
                  || type == Character.PARAGRAPH_SEPARATOR) {
                shown.append("\\u{").append(Integer.toHexString(point)).append('}');
              } else {
                shown.appendCodePoint(point);
              }
            });
    return shown.toString();
  }

  /** A letter as an object; {@code whole}: with the headers and the bytes as well. */
  static ObjectNode json(StoredLetter letter, ReplayMarkers markers, boolean whole) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("place", OriginText.format(letter.place()));
    json.put("time", letter.time().toString());
    json.put("stage", letter.letter().stage().text());
    json.put("code", letter.letter().code());
    Optional<ErrorCode> error = ErrorCode.of(letter.letter().code());
    error.ifPresent(code -> json.put("error", code.name()));
    json.put("message", letter.letter().message());
    error.ifPresent(code -> json.put("remedy", code.remedy()));
    json.put("scope", letter.letter().scope());
    json.put("origin", OriginText.format(letter.letter().origin()));
    json.put("key", key(letter).orElse(null));
    json.put("language", letter.content().language().orElse(null));
    json.put("text", letter.content().text().orElse(null));
    json.put("replayed", markers.contains(letter.letter().origin()));
    markers
        .of(letter.letter().origin())
        .ifPresent(
            replay ->
                json.putObject("replay")
                    .put("time", time(replay))
                    .put("actor", replay.getActor())
                    .put("scope", replay.getScope())
                    .put("deadLetter", OriginText.format(replay.getDeadLetter())));
    if (whole) {
      ObjectNode headers = json.putObject("headers");
      for (Header header : letter.record().headers()) {
        headers.put(
            header.key(), header.value() == null ? null : new String(header.value(), UTF_8));
      }
      byte[] value = letter.record().value();
      json.put("valueBase64", value == null ? null : Base64.getEncoder().encodeToString(value));
    }
    return json;
  }

  /** A letter explained. */
  static String explained(StoredLetter letter, ReplayMarkers markers) {
    StringBuilder text = new StringBuilder();
    Optional<ErrorCode> error = ErrorCode.of(letter.letter().code());
    row(text, "place", OriginText.format(letter.place()));
    row(text, "time", letter.time().toString());
    row(text, "stage", letter.letter().stage().text());
    row(
        text,
        "code",
        letter.letter().code()
            + error.map(code -> " " + code.name()).orElse(" (not of this version)"));
    row(text, "message", printable(letter.letter().message()));
    error.ifPresent(code -> row(text, "remedy", code.remedy()));
    row(text, "scope", printable(letter.letter().scope()));
    row(text, "origin", OriginText.format(letter.letter().origin()));
    row(text, "key", key(letter).map(LetterTexts::printable).orElse("none"));
    letter.content().language().ifPresent(language -> row(text, "language", printable(language)));
    row(text, "holds", holds(letter.content()));
    letter.content().text().ifPresent(sentence -> row(text, "text", printable(sentence)));
    for (Header header : letter.record().headers()) {
      row(
          text,
          "header",
          printable(header.key())
              + " = "
              + (header.value() == null ? "null" : printable(new String(header.value(), UTF_8))));
    }
    row(text, "replayed", replayed(letter, markers));
    return text.toString();
  }

  private static String replayed(StoredLetter letter, ReplayMarkers markers) {
    if (!markers.contains(letter.letter().origin())) {
      return "no";
    }
    return markers
        .of(letter.letter().origin())
        .map(replay -> "%s by %s".formatted(time(replay), printable(replay.getActor())))
        .orElse("yes, by another version");
  }

  private static String holds(LetterContent content) {
    return switch (content) {
      case LetterContent.OfSentence of -> "the sentence as it was sent";
      case LetterContent.OfRequest of -> "the sentence on its way to the encoder";
      case LetterContent.OfEmbedding of -> "the sentence's vector";
      case LetterContent.OfSeal of -> "the seal of the scope";
      case LetterContent.Unreadable of -> "bytes that cannot be read: " + printable(of.reason());
    };
  }

  private static Optional<String> key(StoredLetter letter) {
    byte[] key = letter.record().key();
    return key == null ? Optional.empty() : Optional.of(new String(key, UTF_8));
  }

  private static String time(DeadLetterReplay replay) {
    return Instant.ofEpochMilli(replay.getTimeMillis()).toString();
  }

  private static void row(StringBuilder text, String name, String value) {
    text.append("%-9s %s%n".formatted(name, value));
  }
}
