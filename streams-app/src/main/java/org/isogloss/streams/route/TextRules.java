package org.isogloss.streams.route;

import java.text.Normalizer;
import java.util.Optional;
import org.isogloss.error.ErrorCode;

/**
 * What a text must be. Characters are counted as Unicode code points.
 *
 * @param maxCharacters the longest text taken
 */
public record TextRules(int maxCharacters) {
  public TextRules {
    if (maxCharacters < 1) {
      throw new IllegalArgumentException("no limit of characters: " + maxCharacters);
    }
  }

  /** The first rule that the text breaks; empty for a text in order. */
  public Optional<Refusal> check(String text) {
    if (text.isEmpty()) {
      return refuse(ErrorCode.EMPTY_TEXT, "the text is empty");
    }
    int characters = 0;
    boolean blank = true;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (Character.getType(c) == Character.SURROGATE) {
        return refuse(ErrorCode.LONE_SURROGATE, "half a surrogate pair at character " + characters);
      }
      if (Character.getType(c) == Character.CONTROL && c != '\t' && c != '\n' && c != '\r') {
        return refuse(
            ErrorCode.CONTROL_CHARACTER, "U+%04X at character %d".formatted(c, characters));
      }
      blank &= Character.isWhitespace(c) || Character.isSpaceChar(c);
      i += Character.charCount(c);
      characters++;
    }
    if (blank) {
      return refuse(ErrorCode.BLANK_TEXT, "the text is white space only");
    }
    if (characters > maxCharacters) {
      return refuse(
          ErrorCode.TEXT_TOO_LONG,
          characters + " characters, and " + maxCharacters + " are taken at most");
    }
    return Optional.empty();
  }

  /** The text in Normalization Form C. */
  public static String normalise(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  private static Optional<Refusal> refuse(ErrorCode code, String message) {
    return Optional.of(new Refusal(code, message));
  }
}
