package org.isogloss.streams.command;

import java.util.Optional;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** The value of {@code --lang}: a code, or {@code auto}. */
final class LanguageOption {
  static final String AUTO = "auto";

  private static final Pattern CODE = Pattern.compile("[a-z]{2,3}");

  private LanguageOption() {}

  /**
   * The code; empty for {@code auto}.
   *
   * @throws IsoglossException BAD_LANGUAGE
   */
  static Optional<String> parse(String value) {
    if (value.equals(AUTO)) {
      return Optional.empty();
    }
    if (!CODE.matcher(value).matches()) {
      throw new IsoglossException(ErrorCode.BAD_LANGUAGE, "--lang " + value);
    }
    return Optional.of(value);
  }
}
