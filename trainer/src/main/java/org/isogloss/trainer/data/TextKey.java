package org.isogloss.trainer.data;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What two texts have in common that differ only in form: NFKC, case folded, letters and digits
 * alone.
 */
public final class TextKey {
  private TextKey() {}

  /** The key of a text; empty if it has neither letters nor digits. */
  public static String of(String text) {
    // To upper case first, so that ß and ss are one, and all forms of sigma.
    String folded =
        Normalizer.normalize(text, Normalizer.Form.NFKC)
            .toUpperCase(Locale.ROOT)
            .toLowerCase(Locale.ROOT)
            .replace('ς', 'σ');
    StringBuilder key = new StringBuilder(folded.length());
    folded.codePoints().filter(Character::isLetterOrDigit).forEach(key::appendCodePoint);
    return key.toString();
  }

  /** The keys of texts divided by tabs, likewise divided. */
  public static String ofCells(String line) {
    return Arrays.stream(line.split("\t", -1)).map(TextKey::of).collect(Collectors.joining("\t"));
  }
}
