package org.isogloss.streams.identify;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** ISO 639 codes in the form used everywhere here: lower case, two letters where there are two. */
public final class LanguageCodes {
  private static final Pattern FORM = Pattern.compile("[a-z]{2,3}");
  private static final Map<String, String> TWO_LETTERS = twoLetters();

  private LanguageCodes() {}

  /** The code in the form used here; empty for what has not the form of a code. */
  public static Optional<String> settle(String code) {
    return FORM.matcher(code).matches()
        ? Optional.of(TWO_LETTERS.getOrDefault(code, code))
        : Optional.empty();
  }

  private static Map<String, String> twoLetters() {
    Map<String, String> codes = new HashMap<>();
    for (String two : Locale.getISOLanguages()) {
      codes.put(Locale.of(two).getISO3Language(), two);
    }
    // Macrolanguages, of which OpenNLP names the chief member.
    codes.put("cmn", "zh");
    codes.put("pes", "fa");
    codes.put("ekk", "et");
    codes.put("lvs", "lv");
    codes.put("zsm", "ms");
    codes.put("npi", "ne");
    codes.put("swh", "sw");
    codes.put("plt", "mg");
    codes.put("azj", "az");
    codes.put("uzn", "uz");
    return Map.copyOf(codes);
  }
}
