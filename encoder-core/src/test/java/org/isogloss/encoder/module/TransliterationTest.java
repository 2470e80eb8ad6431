package org.isogloss.encoder.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.isogloss.encoder.module.Transliteration.Place;
import org.junit.jupiter.api.Test;

class TransliterationTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261130L);

  private static final Transliteration UZBEK =
      Transliteration.of(
          Map.of(
              Place.WORD_START, Map.of("Е", "Ye", "е", "ye"),
              Place.INSIDE_WORD, Map.of("’", "ʼ"),
              Place.ANYWHERE,
                  Map.of(
                      "е", "e", "ае", "aye", "а", "a", "ш", "sh", "т", "t", "ў", "oʻ", "o’", "oʻ",
                      "қ", "q")));

  @Test
  void theLongestRuleIsTakenAndReadingGoesOnBehindIt() {
    assertThat(UZBEK.apply("ташаеш")).isEqualTo("tashayesh");
    assertThat(UZBEK.apply("o’t ma’no")).isEqualTo("oʻt maʼno");
  }

  @Test
  void aRuleHoldsWhereItSays() {
    assertThat(UZBEK.apply("ете те (ет) 1ет")).isEqualTo("yete te (yet) 1yet");
    assertThat(UZBEK.apply("’a’ a’1 a’a")).isEqualTo("’a’ a’1 aʼa");
    assertThat(UZBEK.apply("’")).isEqualTo("’");
    assertThat(UZBEK.apply("Ета Ета")).isEqualTo("Yeta Yeta");
  }

  @Test
  void whatNoRuleNamesStays() {
    String text = "Ж, 𝔘𝔷 \ud83d\ude00 and more";
    assertThat(UZBEK.apply(text)).isSameAs(text);
    assertThat(UZBEK.apply("")).isEmpty();
  }

  @Test
  void aLetterOutsideTheBasicPlaneIsALetter() {
    Transliteration rules =
        Transliteration.of(Map.of(Place.WORD_START, Map.of("a", "b"), Place.ANYWHERE, Map.of()));
    assertThat(rules.apply("\ud801\udc00a a")).isEqualTo("\ud801\udc00a b");
  }

  @Test
  void aMarkIsOfTheWordOfItsLetter() {
    Transliteration rules =
        Transliteration.of(
            Map.of(
                Place.WORD_START, Map.of("क", "x"),
                Place.INSIDE_WORD, Map.of("-", "")));
    // Behind a vowel sign, and between one and a letter; behind what was a hyphen a word begins.
    assertThat(rules.apply("काक क का-क")).isEqualTo("xाक x xाx");
  }

  @Test
  void anyTextIsWhatTheRulesSayOneByOne() {
    Random random = new Random(SEED);
    String letters = "abc’ ";
    for (int round = 0; round < 2_000; round++) {
      Map<Place, Map<String, String>> rules = new TreeMap<>();
      for (int i = 0; i <= random.nextInt(6); i++) {
        rules
            .computeIfAbsent(
                Place.values()[random.nextInt(Place.values().length)], p -> new TreeMap<>())
            .put(draw(random, letters, 1 + random.nextInt(3)), draw(random, "xyz", 2));
      }
      String text = draw(random, letters, random.nextInt(12));
      assertThat(Transliteration.of(rules).apply(text))
          .as("seed %d, round %d: %s of '%s'", SEED, round, rules, text)
          .isEqualTo(slowly(rules, text));
    }
  }

  private static String draw(Random random, String from, int length) {
    StringBuilder drawn = new StringBuilder();
    random.ints(length, 0, from.length()).forEach(i -> drawn.append(from.charAt(i)));
    return drawn.toString();
  }

  /** As the class describes it: at every place all rules are tried, in the order of preference. */
  private static String slowly(Map<Place, Map<String, String>> rules, String text) {
    StringBuilder changed = new StringBuilder();
    int at = 0;
    reading:
    while (at < text.length()) {
      for (int length = Transliteration.LONGEST_SIDE; length > 0; length--) {
        for (Place place : Place.values()) {
          int end = at + length;
          if (end > text.length()) {
            continue;
          }
          String right = rules.getOrDefault(place, Map.of()).get(text.substring(at, end));
          boolean before = at > 0 && Character.isLetter(text.charAt(at - 1));
          boolean behind = end < text.length() && Character.isLetter(text.charAt(end));
          boolean holds =
              switch (place) {
                case WORD_START -> !before;
                case INSIDE_WORD -> before && behind;
                case ANYWHERE -> true;
              };
          if (right != null && holds) {
            changed.append(right);
            at = end;
            continue reading;
          }
        }
      }
      changed.append(text.charAt(at++));
    }
    return changed.toString();
  }

  @Test
  void rulesThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> Transliteration.of(Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Transliteration.of(Map.of(Place.ANYWHERE, Map.of())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Transliteration.of(Map.of(Place.ANYWHERE, Map.of("", "a"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Transliteration.of(Map.of(Place.ANYWHERE, Map.of("и\u0306", "y"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NFC");
    assertThatThrownBy(() -> Transliteration.of(Map.of(Place.ANYWHERE, Map.of("a", "\ud801"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> Transliteration.of(Map.of(Place.ANYWHERE, Map.of("a", "b".repeat(17)))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
