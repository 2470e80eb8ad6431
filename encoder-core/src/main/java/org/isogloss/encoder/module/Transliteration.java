package org.isogloss.encoder.module;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings a language's text into the spelling that its tokenizer knows, before the tokenizer sees
 * it: from another script, or to one form of a letter that people type in several. What travels in
 * records stays as it was sent.
 *
 * <p>The text is read once, from its start. Wherever a rule's left side stands, its right side
 * takes its place, and reading goes on behind it; of several the longest is taken, of equally long
 * ones that at a word's start, then that inside a word. What no rule names stays. Upper case is
 * another letter: it has rules of its own. Words are runs of letters with their marks; what stands
 * before and behind is that of the text as it was, not as it becomes. Text arrives in NFC, so left
 * sides are in NFC.
 *
 * <p>Immutable; safe on any thread. Costs time in proportion to the text.
 */
public final class Transliteration {
  /** The longest side of a rule, in UTF-16 code units. */
  public static final int LONGEST_SIDE = 16;

  /** Where a rule holds. */
  public enum Place {
    /** Where no letter stands before. */
    WORD_START,
    /** Where a letter stands before and behind. */
    INSIDE_WORD,
    ANYWHERE
  }

  private record Rule(String from, String to, Place place) {}

  private final Map<Place, SortedMap<String, String>> rules;

  /** The first code units of left sides, in order, and the rules of each, best first. */
  private final char[] firsts;

  private final Rule[][] byFirst;

  private Transliteration(Map<Place, SortedMap<String, String>> rules) {
    this.rules = rules;
    Map<Character, List<Rule>> sorted = new TreeMap<>();
    rules.forEach(
        (place, sides) ->
            sides.forEach(
                (from, to) ->
                    sorted
                        .computeIfAbsent(from.charAt(0), unseen -> new ArrayList<>())
                        .add(new Rule(from, to, place))));
    firsts = new char[sorted.size()];
    byFirst = new Rule[sorted.size()][];
    int at = 0;
    for (Map.Entry<Character, List<Rule>> each : sorted.entrySet()) {
      firsts[at] = each.getKey();
      each.getValue()
          .sort(
              Comparator.comparingInt((Rule rule) -> rule.from().length())
                  .reversed()
                  .thenComparing(Rule::place));
      byFirst[at++] = each.getValue().toArray(Rule[]::new);
    }
  }

  /**
   * @param rules left side to right side, by the place where it holds
   * @throws IllegalArgumentException if there is no rule, a left side is empty or not in NFC, or a
   *     side is longer than {@link #LONGEST_SIDE} or no well-formed text
   */
  public static Transliteration of(Map<Place, Map<String, String>> rules) {
    Map<Place, SortedMap<String, String>> copy = new TreeMap<>();
    rules.forEach(
        (place, sides) -> {
          sides.forEach(
              (from, to) -> {
                require(from);
                require(to);
                if (from.isEmpty()) {
                  throw new IllegalArgumentException("a rule without a left side");
                }
                if (!Normalizer.isNormalized(from, Normalizer.Form.NFC)) {
                  throw new IllegalArgumentException(
                      "a left side that no text has, which is in NFC: '" + from + "'");
                }
              });
          if (!sides.isEmpty()) {
            copy.put(place, new TreeMap<>(sides));
          }
        });
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("a transliteration without rules");
    }
    return new Transliteration(copy);
  }

  private static void require(String side) {
    boolean broken =
        side.codePoints()
            .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    if (side.length() > LONGEST_SIDE || broken) {
      throw new IllegalArgumentException(
          "a side of a rule is at most %d characters of text, not '%s'"
              .formatted(LONGEST_SIDE, side));
    }
  }

  /** The rules of a place; none has no left side. */
  public SortedMap<String, String> rules(Place place) {
    return Collections.unmodifiableSortedMap(rules.getOrDefault(place, new TreeMap<>()));
  }

  /** The text as the tokenizer shall see it. */
  public String apply(String text) {
    StringBuilder changed = null;
    int copied = 0;
    int at = 0;
    while (at < text.length()) {
      @Nullable Rule rule = find(text, at);
      if (rule == null) {
        at++;
      } else {
        if (changed == null) {
          changed = new StringBuilder(text.length() + LONGEST_SIDE);
        }
        changed.append(text, copied, at).append(rule.to());
        at += rule.from().length();
        copied = at;
      }
    }
    return changed == null ? text : changed.append(text, copied, text.length()).toString();
  }

  private @Nullable Rule find(String text, int at) {
    int index = Arrays.binarySearch(firsts, text.charAt(at));
    if (index >= 0) {
      for (Rule rule : byFirst[index]) {
        if (text.startsWith(rule.from(), at) && holds(rule, text, at)) {
          return rule;
        }
      }
    }
    return null;
  }

  private static boolean holds(Rule rule, String text, int at) {
    return switch (rule.place()) {
      case ANYWHERE -> true;
      case WORD_START -> !letterBefore(text, at);
      case INSIDE_WORD -> letterBefore(text, at) && letterBehind(text, at + rule.from().length());
    };
  }

  private static boolean letterBefore(String text, int at) {
    return at > 0 && isOfAWord(text.codePointBefore(at));
  }

  private static boolean letterBehind(String text, int end) {
    return end < text.length() && isOfAWord(text.codePointAt(end));
  }

  private static boolean isOfAWord(int character) {
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true;
      default -> Character.isLetter(character);
    };
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Transliteration that && rules.equals(that.rules);
  }

  @Override
  public int hashCode() {
    return rules.hashCode();
  }

  @Override
  public String toString() {
    return rules.toString();
  }
}
