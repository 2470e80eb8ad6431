package org.isogloss.streams.identify;

import java.lang.Character.UnicodeScript;
import java.util.Map;
import java.util.Set;

/** Which languages are written in which script. */
final class Scripts {
  // Languages not named here are taken to be written in Latin script.
  private static final Map<UnicodeScript, Set<String>> LANGUAGES =
      Map.ofEntries(
          Map.entry(
              UnicodeScript.CYRILLIC,
              Set.of(
                  "ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg", "tt", "ba", "cv",
                  "uz")),
          Map.entry(UnicodeScript.ARABIC, Set.of("ar", "fa", "ur", "ug", "ps", "sd", "ckb")),
          Map.entry(UnicodeScript.DEVANAGARI, Set.of("hi", "mr", "ne", "sa")),
          Map.entry(UnicodeScript.HAN, Set.of("zh", "ja")),
          Map.entry(UnicodeScript.HIRAGANA, Set.of("ja")),
          Map.entry(UnicodeScript.KATAKANA, Set.of("ja")),
          Map.entry(UnicodeScript.HANGUL, Set.of("ko")),
          Map.entry(UnicodeScript.ETHIOPIC, Set.of("am", "ti")),
          Map.entry(UnicodeScript.TELUGU, Set.of("te")),
          Map.entry(UnicodeScript.TAMIL, Set.of("ta")),
          Map.entry(UnicodeScript.KANNADA, Set.of("kn")),
          Map.entry(UnicodeScript.MALAYALAM, Set.of("ml")),
          Map.entry(UnicodeScript.BENGALI, Set.of("bn", "as")),
          Map.entry(UnicodeScript.GUJARATI, Set.of("gu")),
          Map.entry(UnicodeScript.GURMUKHI, Set.of("pa")),
          Map.entry(UnicodeScript.SINHALA, Set.of("si")),
          Map.entry(UnicodeScript.THAI, Set.of("th")),
          Map.entry(UnicodeScript.LAO, Set.of("lo")),
          Map.entry(UnicodeScript.KHMER, Set.of("km")),
          Map.entry(UnicodeScript.MYANMAR, Set.of("my")),
          Map.entry(UnicodeScript.GEORGIAN, Set.of("ka")),
          Map.entry(UnicodeScript.ARMENIAN, Set.of("hy")),
          Map.entry(UnicodeScript.HEBREW, Set.of("he", "yi")),
          Map.entry(UnicodeScript.GREEK, Set.of("el")));

  private static final Set<String> IN_LATIN_TOO = Set.of("sr", "uz");

  private Scripts() {}

  /** Whether the language is written in this script. */
  static boolean writes(String language, UnicodeScript script) {
    if (script != UnicodeScript.LATIN) {
      return LANGUAGES.getOrDefault(script, Set.of()).contains(language);
    }
    return IN_LATIN_TOO.contains(language)
        || LANGUAGES.values().stream().noneMatch(languages -> languages.contains(language));
  }

  /** Whether no language outside these is commonly written in this script. */
  static boolean isWhollyIn(UnicodeScript script, Set<String> languages) {
    return script != UnicodeScript.LATIN
        && languages.containsAll(LANGUAGES.getOrDefault(script, Set.of()));
  }
}
