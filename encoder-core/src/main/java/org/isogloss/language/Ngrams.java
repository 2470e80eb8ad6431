package org.isogloss.language;

import java.util.Arrays;

/**
 * The n-grams of a text as 32-bit hashes: every one of one to five letters inside a word, its
 * boundaries taken as letters, and every whole word. Letters are lower case; digits and punctuation
 * only divide words; an apostrophe between letters is a letter, since it is one in Uzbek and tells
 * French and Kinyarwanda. Of a long text the beginning counts.
 */
public final class Ngrams {
  /** Letters of the longest n-gram. */
  static final int LONGEST = 5;

  /** Letters of the n-grams by which {@link LanguageClassifier} tells what is familiar. */
  static final int FAMILIAR = 4;

  /** How many letters of a text are looked at. */
  static final int LETTERS = 400;

  private static final int LONGEST_WORD = 24;
  private static final int FACTOR = 0x01000193;
  private static final int BASIS = 0x811c9dc5;
  private static final int OF_WORD = 0x5bd1e995;
  private static final String APOSTROPHES = "'\u2019\u2018\u02bb\u02bc\u02b9`";

  private final int[] all;
  private final int[] familiar;

  private Ngrams(int[] all, int[] familiar) {
    this.all = all;
    this.familiar = familiar;
  }

  /** The n-grams of a text in NFC; none where it has no letters. */
  public static Ngrams of(String text) {
    char[] letters = letters(text);
    int[] all = new int[letters.length * (LONGEST + 1)];
    int[] familiar = new int[letters.length];
    int size = 0;
    int familiars = 0;
    int wordStart = 1;
    for (int start = 0; start + 1 < letters.length; start++) {
      int hash = BASIS;
      for (int n = 1; n <= LONGEST && start + n <= letters.length; n++) {
        char letter = letters[start + n - 1];
        hash = (hash ^ letter) * FACTOR;
        if (n == 1 && letter == ' ') {
          continue;
        }
        all[size++] = finished(hash ^ n);
        boolean ends = letter == ' ';
        // A word too short for the length stands for itself, with both its boundaries.
        if (n == FAMILIAR || (ends && n < FAMILIAR && letters[start] == ' ')) {
          familiar[familiars++] = finished(hash ^ (n + OF_WORD));
        }
        if (ends) {
          break;
        }
      }
      if (letters[start + 1] == ' ') {
        int length = start + 1 - wordStart;
        if (length > 0 && length <= LONGEST_WORD) {
          all[size++] = word(letters, wordStart, start + 1);
        }
        wordStart = start + 2;
      }
    }
    return new Ngrams(Arrays.copyOf(all, size), Arrays.copyOf(familiar, familiars));
  }

  private static int word(char[] letters, int from, int to) {
    int hash = OF_WORD;
    for (int i = from; i < to; i++) {
      hash = (hash ^ letters[i]) * FACTOR;
    }
    return finished(hash);
  }

  /** The last step of MurmurHash3: every bit of the sum moves every bit of the outcome. */
  private static int finished(int hash) {
    int mixed = hash;
    mixed ^= mixed >>> 16;
    mixed *= 0x85ebca6b;
    mixed ^= mixed >>> 13;
    mixed *= 0xc2b2ae35;
    return mixed ^ (mixed >>> 16);
  }

  /** Words divided by one blank each, with a blank before and after; one blank if there is none. */
  static char[] letters(String text) {
    char[] letters = new char[Math.min(text.length(), LETTERS) + 2];
    int size = 0;
    letters[size++] = ' ';
    for (int i = 0; i < text.length() && size < letters.length - 1; i++) {
      char c = text.charAt(i);
      // First: two of its forms are letters to Unicode.
      boolean apostrophe = APOSTROPHES.indexOf(c) >= 0;
      if (apostrophe && letters[size - 1] != ' ' && begins(text, i + 1)) {
        letters[size++] = '\'';
      } else if (!apostrophe && isLetter(c)) {
        letters[size++] = Character.toLowerCase(c);
      } else if (letters[size - 1] != ' ') {
        letters[size++] = ' ';
      }
    }
    if (letters[size - 1] != ' ') {
      letters[size++] = ' ';
    }
    return Arrays.copyOf(letters, size);
  }

  private static boolean begins(String text, int at) {
    return at < text.length()
        && isLetter(text.charAt(at))
        && APOSTROPHES.indexOf(text.charAt(at)) < 0;
  }

  private static boolean isLetter(char c) {
    if (c < 0x80) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    return Character.isLetter(c)
        || Character.isSurrogate(c)
        || switch (Character.getType(c)) {
          case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true;
          default -> false;
        };
  }

  /** How many n-grams there are. */
  public int size() {
    return all.length;
  }

  /**
   * A hash.
   *
   * @param index below {@link #size()}
   */
  public int hash(int index) {
    return all[index];
  }

  /** How many n-grams of four letters there are. */
  public int familiarSize() {
    return familiar.length;
  }

  /**
   * A hash of an n-gram of four letters, or of a shorter word.
   *
   * @param index below {@link #familiarSize()}
   */
  public int familiarHash(int index) {
    return familiar[index];
  }
}
