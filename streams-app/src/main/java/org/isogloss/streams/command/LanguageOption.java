package org.isogloss.streams.command;

import java.util.Optional;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** The value of an option that names a language: a code, or {@code auto}. */
final class LanguageOption {
  static final String AUTO = "auto";

  private static final Pattern CODE = Pattern.compile("[a-z]{2,3}");

  private LanguageOption() {}

  /**
   * The code; empty for {@code auto}.
   *
   * @param option such as {@code --lang}
   * @throws IsoglossException BAD_LANGUAGE
   */
  static Optional<String> parse(String option, String value) {
    if (value.equals(AUTO)) {
      return Optional.empty();
    }
    if (!CODE.matcher(value).matches()) {
      throw new IsoglossException(ErrorCode.BAD_LANGUAGE, option + " " + value);
    }
    return Optional.of(value);
  }
}
