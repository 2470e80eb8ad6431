package org.isogloss.language;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.Optional;

/** How many letters of which script a text has; marks, digits and punctuation do not count. */
public final class ScriptCounts {
  private static final UnicodeScript[] SCRIPTS = UnicodeScript.values();

  private final int[] letters;
  private final int total;

  private ScriptCounts(int[] letters, int total) {
    this.letters = letters;
    this.total = total;
  }

  public static ScriptCounts of(String text) {
    int[] letters = new int[SCRIPTS.length];
    int total = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (!Character.isLetter(c)) {
        continue;
      }
      // Most letters are these; looking up a script is a search.
      UnicodeScript script = isAsciiLetter(c) ? UnicodeScript.LATIN : UnicodeScript.of(c);
      if (script != UnicodeScript.COMMON && script != UnicodeScript.INHERITED) {
        letters[script.ordinal()]++;
        total++;
      }
    }
    return new ScriptCounts(letters, total);
  }

  private static boolean isAsciiLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** How many letters of any script there are. */
  public int letters() {
    return total;
  }

  /** The share of a script's letters, in {@code [0, 1]}; 0 where there are none at all. */
  public double share(UnicodeScript script) {
    return total == 0 ? 0 : (double) letters[script.ordinal()] / total;
  }

  /** The script of most letters; empty where there are none. */
  public Optional<UnicodeScript> dominant() {
    if (total == 0) {
      return Optional.empty();
    }
    int best = 0;
    for (int i = 1; i < letters.length; i++) {
      if (letters[i] > letters[best]) {
        best = i;
      }
    }
    return Optional.of(SCRIPTS[best]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScriptCounts counts && Arrays.equals(letters, counts.letters);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(letters);
  }
}
