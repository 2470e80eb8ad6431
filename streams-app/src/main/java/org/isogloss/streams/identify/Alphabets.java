package org.isogloss.streams.identify;

import java.util.Locale;
import java.util.Map;

/**
 * Letters that hardly a sentence of a language lacks, and its relatives do not have: a sentence
 * without any is not of that language.
 */
final class Alphabets {
  private static final Map<String, String> LETTERS =
      Map.ofEntries(
          Map.entry("be", "іў"),
          Map.entry("uk", "іїєґ"),
          Map.entry("kk", "әғқңөұүһі"),
          Map.entry("ky", "ңөү"),
          Map.entry("tt", "әөүҗңһ"),
          Map.entry("ba", "ҙҫҡғңәөүһ"),
          Map.entry("mn", "өү"),
          Map.entry("tg", "ғӣқӯҳҷ"),
          Map.entry("ce", "ӏӀ"),
          Map.entry("mk", "ѓќџљњјѕ"),
          Map.entry("sr", "јљњћђџčćžšđ"),
          Map.entry("az", "əğışçö"),
          Map.entry("ug", "ۇۆۈۋېەڭ"));

  private Alphabets() {}

  static boolean excludes(String language, String text) {
    String letters = LETTERS.get(language);
    return letters != null
        && text.toLowerCase(Locale.ROOT).codePoints().noneMatch(c -> letters.indexOf(c) >= 0);
  }
}
