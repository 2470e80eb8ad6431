package org.isogloss.trainer.identifier;

import java.util.Locale;
import java.util.Map;

/**
 * Uzbek in Cyrillic letters, from Uzbek in Latin ones: both are in use, and text is mostly in Latin
 * ones. Letter by letter after the alphabets of 1940 and 1995; what cannot be known without a
 * dictionary (ц for s or ts, ь) stays as it sounds. Lower case, since that is all n-grams look at.
 */
final class UzbekCyrillic {
  private static final String APOSTROPHES = "'\u2018\u2019\u02bb\u02bc`";
  private static final String VOWELS = "aeiou";

  private static final Map<String, String> PAIRS =
      Map.of(
          "o'", "ў", "g'", "ғ", "sh", "ш", "ch", "ч", "yo", "ё", "yu", "ю", "ya", "я", "ye", "е");

  private static final String LATIN = "abdefghijklmnopqrstuvxyz'";
  private static final String CYRILLIC = "абдефгҳижклмнопқрстувхйзъ";

  private UzbekCyrillic() {}

  static String of(String latin) {
    StringBuilder plain = new StringBuilder();
    latin
        .toLowerCase(Locale.ROOT)
        .codePoints()
        .forEach(c -> plain.appendCodePoint(APOSTROPHES.indexOf(c) >= 0 ? '\'' : c));
    StringBuilder cyrillic = new StringBuilder();
    for (int i = 0; i < plain.length(); ) {
      String pair = PAIRS.getOrDefault(plain.substring(i, Math.min(i + 2, plain.length())), "");
      // In "yo'l" the apostrophe belongs to the o: йўл.
      boolean apart = i + 2 < plain.length() && pair.equals("ё") && plain.charAt(i + 2) == '\'';
      if (!pair.isEmpty() && !apart) {
        cyrillic.append(pair);
        i += 2;
      } else {
        cyrillic.append(single(plain, i));
        i++;
      }
    }
    return cyrillic.toString();
  }

  private static char single(StringBuilder plain, int at) {
    char letter = plain.charAt(at);
    if (letter == 'e') {
      boolean begins = at == 0 || !Character.isLetter(plain.charAt(at - 1));
      return begins || VOWELS.indexOf(plain.charAt(at - 1)) >= 0 ? 'э' : 'е';
    }
    int index = LATIN.indexOf(letter);
    boolean inside =
        at > 0
            && at + 1 < plain.length()
            && Character.isLetter(plain.charAt(at - 1))
            && Character.isLetter(plain.charAt(at + 1));
    return index < 0 || (letter == '\'' && !inside) ? letter : CYRILLIC.charAt(index);
  }
}
