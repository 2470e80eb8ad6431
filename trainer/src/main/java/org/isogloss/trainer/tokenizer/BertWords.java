package org.isogloss.trainer.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Text to words as BERT does it: the normaliser {@code BertNormalizer} and the splitter {@code
 * BertPreTokenizer} of Hugging Face's tokenizers. Immutable.
 *
 * @param cleanText removes control characters; all white space becomes a blank
 * @param chineseApart makes every Chinese character a word
 * @param stripAccents decomposes (NFD) and removes non-spacing marks
 * @param lowerCase character by character, without regard to language or place
 */
public record BertWords(
    boolean cleanText, boolean chineseApart, boolean stripAccents, boolean lowerCase) {
  private static final int REPLACEMENT = 0xFFFD;
  private static final int DOTTED_CAPITAL_I = 0x0130;

  /** First and last of each block; the first of the sixth is as in Hugging Face's. */
  private static final int[][] CHINESE = {
    {0x4E00, 0x9FFF},
    {0x3400, 0x4DBF},
    {0x20000, 0x2A6DF},
    {0x2A700, 0x2B73F},
    {0x2B740, 0x2B81F},
    {0x2B920, 0x2CEAF},
    {0xF900, 0xFAFF},
    {0x2F800, 0x2FA1F},
  };

  private static final byte LETTER = 0;
  private static final byte SPACE = 1;
  private static final byte REMOVED = 2;
  private static final byte PUNCTUATION = 3;
  private static final byte CHINESE_CHARACTER = 4;

  /** By code point of the basic plane, before cleaning. */
  private static final byte[] CLASSES = classes();

  /** The words of a text, in its order. */
  public List<String> of(String text) {
    List<String> words = new ArrayList<>(text.length() / 5 + 1);
    String normalized = withoutAccents(cleanText ? clean(text) : text);
    int start = 0;
    int at = 0;
    while (at < normalized.length()) {
      int codePoint = normalized.codePointAt(at);
      int next = at + Character.charCount(codePoint);
      byte kind = classOf(codePoint);
      boolean alone = kind == PUNCTUATION || (kind == CHINESE_CHARACTER && chineseApart);
      if (alone || isSpace(codePoint)) {
        addWord(words, normalized, start, at);
        if (alone) {
          addWord(words, normalized, at, next);
        }
        start = next;
      }
      at = next;
    }
    addWord(words, normalized, start, normalized.length());
    return words;
  }

  /** Whether the character is always a word of its own. */
  boolean standsAlone(int codePoint) {
    return switch (classOf(codePoint)) {
      case PUNCTUATION -> true;
      case CHINESE_CHARACTER -> chineseApart;
      default -> false;
    };
  }

  private void addWord(List<String> words, String text, int from, int to) {
    if (from < to) {
      String word = text.substring(from, to);
      words.add(lowerCase ? lower(word) : word);
    }
  }

  /**
   * Without what is removed; white space becomes a blank, which also divides where it would not.
   */
  private static String clean(String text) {
    StringBuilder cleaned = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            codePoint -> {
              if (classOf(codePoint) != REMOVED) {
                cleaned.appendCodePoint(isSpace(codePoint) ? ' ' : codePoint);
              }
            });
    return cleaned.toString();
  }

  private String withoutAccents(String text) {
    if (!stripAccents || isAscii(text)) {
      return text;
    }
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFD);
    StringBuilder bare = new StringBuilder(decomposed.length());
    decomposed
        .codePoints()
        .filter(codePoint -> Character.getType(codePoint) != Character.NON_SPACING_MARK)
        .forEach(bare::appendCodePoint);
    return bare.toString();
  }

  private static String lower(String word) {
    StringBuilder lowered = new StringBuilder(word.length());
    word.codePoints()
        .forEach(
            codePoint -> {
              if (codePoint == DOTTED_CAPITAL_I) {
                lowered.append("i\u0307");
              } else {
                lowered.appendCodePoint(Character.toLowerCase(codePoint));
              }
            });
    return lowered.toString();
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static byte classOf(int codePoint) {
    return codePoint < CLASSES.length ? CLASSES[codePoint] : computeClass(codePoint);
  }

  private static byte[] classes() {
    byte[] classes = new byte[Character.MIN_SUPPLEMENTARY_CODE_POINT];
    for (int codePoint = 0; codePoint < classes.length; codePoint++) {
      classes[codePoint] = computeClass(codePoint);
    }
    return classes;
  }

  private static byte computeClass(int codePoint) {
    if (codePoint == 0 || codePoint == REPLACEMENT) {
      return REMOVED;
    }
    if (codePoint == '\t' || codePoint == '\n' || codePoint == '\r') {
      return SPACE;
    }
    if (isAsciiPunctuation(codePoint)) {
      return PUNCTUATION;
    }
    for (int[] block : CHINESE) {
      if (codePoint >= block[0] && codePoint <= block[1]) {
        return CHINESE_CHARACTER;
      }
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE ->
          REMOVED;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          SPACE;
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          PUNCTUATION;
      default -> LETTER;
    };
  }

  private static boolean isAsciiPunctuation(int codePoint) {
    return (codePoint >= '!' && codePoint <= '/')
        || (codePoint >= ':' && codePoint <= '@')
        || (codePoint >= '[' && codePoint <= '`')
        || (codePoint >= '{' && codePoint <= '~');
  }

  /** Unicode's White_Space; some of it is removed when text is cleaned. */
  private static boolean isSpace(int codePoint) {
    return classOf(codePoint) == SPACE
        || (codePoint >= 0x09 && codePoint <= 0x0D)
        || codePoint == 0x85;
  }
}
