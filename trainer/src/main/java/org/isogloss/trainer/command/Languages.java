package org.isogloss.trainer.command;

import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Codes of languages on the command line. */
final class Languages {
  private static final Pattern CODE = Pattern.compile("[a-z]{2,3}");

  private Languages() {}

  /**
   * @throws IsoglossException BAD_LANGUAGE
   */
  static void check(String language) {
    if (!CODE.matcher(language).matches()) {
      throw new IsoglossException(ErrorCode.BAD_LANGUAGE, "--lang " + language);
    }
  }
}
