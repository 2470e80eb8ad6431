package org.isogloss.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;

class LanguageClassifierTest {
  private static final int BITS = 8;

  private static FamiliarNgrams familiar(String text, double ordinary) {
    long[] words = new long[1 << (BITS - 6)];
    Ngrams ngrams = Ngrams.of(text);
    for (int i = 0; i < ngrams.familiarSize(); i++) {
      int index = ngrams.familiarHash(i) >>> (Integer.SIZE - BITS);
      words[index >>> 6] |= 1L << (index & 63);
    }
    return new FamiliarNgrams(BITS, words, ordinary);
  }

  /** Weights that speak for {@code de} wherever "ü" has its row, and for {@code en} elsewhere. */
  private static LanguageClassifier germanByUmlaut(double sharpness) {
    byte[] weights = new byte[2 << BITS];
    for (int row = 0; row < 1 << BITS; row++) {
      weights[2 * row + 1] = 1;
    }
    Ngrams umlaut = Ngrams.of("ü");
    for (int i = 0; i < umlaut.size(); i++) {
      weights[2 * (umlaut.hash(i) >>> (Integer.SIZE - BITS))] = 100;
    }
    return new LanguageClassifier(
        List.of(
            new ScriptWeights(UnicodeScript.LATIN, List.of("de", "en"), BITS, weights, 0.5f),
            new ScriptWeights(UnicodeScript.CYRILLIC, List.of("ru"), BITS, new byte[0], 1)),
        Map.of("de", familiar("über", 0.5), "en", familiar("over", 0), "ru", familiar("над", 1)),
        sharpness);
  }

  @Test
  void theScriptLeavesTheLanguagesAndTheWeightsChoose() {
    LanguageClassifier classifier = germanByUmlaut(1);
    assertThat(classifier.languages()).containsExactly("de", "en", "ru");
    assertThat(classifier.guess("für ü")).map(LanguageGuess::language).contains("de");
    assertThat(classifier.guess("of")).map(LanguageGuess::language).contains("en");
    assertThat(classifier.guess("под"))
        .hasValueSatisfying(
            guess -> {
              assertThat(guess.language()).isEqualTo("ru");
              assertThat(guess.probability()).isEqualTo(1);
            });
    assertThat(classifier.guess("קול")).isEmpty();
    assertThat(classifier.guess("12")).isEmpty();
  }

  @Test
  void theProbabilityIsTheSoftmaxOfTheScores() {
    // "o" has the n-grams " o", " o ", "o", "o " and the word: each 0.5 for en, over the root of 5.
    double difference = 5 * 0.5 / Math.sqrt(5);
    assertThat(germanByUmlaut(2).guess("o").orElseThrow().probability())
        .isCloseTo(1 / (1 + Math.exp(-2 * difference)), within(1e-9));
  }

  @Test
  void aTextIsFamiliarByItsNgramsOfFourLetters() {
    LanguageClassifier classifier = germanByUmlaut(1);
    LanguageGuess known = classifier.guess("über").orElseThrow();
    assertThat(known.familiarity()).isEqualTo(1);
    assertThat(known.ordinary()).isTrue();
    LanguageGuess strange = classifier.guess("ügyvéd küldött").orElseThrow();
    assertThat(strange.familiarity()).isLessThan(0.3);
    assertThat(strange.ordinary()).isFalse();
  }

  @Test
  void whatWasWrittenIsReadAgainToTheBit() {
    byte[] written = germanByUmlaut(1.5).write();
    LanguageClassifier read = LanguageClassifier.read(written);
    assertThat(read.write()).isEqualTo(written);
    assertThat(read.guess("für")).isEqualTo(germanByUmlaut(1.5).guess("für"));
  }

  @Test
  void aDamagedFileIsRefusedWhereverTheDamage() {
    byte[] written = germanByUmlaut(1).write();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = written.clone();
      int at = random.nextInt(damaged.length);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> LanguageClassifier.read(damaged))
          .as("byte %d, seed %d", at, seed)
          .isInstanceOf(IsoglossException.class)
          .hasMessageContaining("ISO-201");
      byte[] cut = Arrays.copyOf(written, random.nextInt(written.length));
      assertThatThrownBy(() -> LanguageClassifier.read(cut))
          .as("%d bytes, seed %d", cut.length, seed)
          .isInstanceOf(IsoglossException.class);
    }
  }

  @Test
  void badValuesAreRefused() {
    List<ScriptWeights> russian =
        List.of(new ScriptWeights(UnicodeScript.CYRILLIC, List.of("ru"), BITS, new byte[0], 1));
    assertThatThrownBy(() -> new LanguageClassifier(russian, Map.of(), 1))
        .hasMessageContaining("[ru]");
    assertThatThrownBy(
            () ->
                new LanguageClassifier(
                    russian, Map.of("ru", familiar("", 0), "de", familiar("", 0)), 1))
        .hasMessageContaining("without a script");
    assertThatThrownBy(
            () -> new ScriptWeights(UnicodeScript.LATIN, List.of("de", "en"), BITS, new byte[3], 1))
        .hasMessageContaining("3 weights, not 512");
    assertThatThrownBy(() -> new FamiliarNgrams(BITS, new long[4], 2)).hasMessageContaining("2.0");
  }

  @Test
  void theShippedOneKnowsThe23LanguagesAndTellsSentencesOfThem() {
    LanguageClassifier shipped = LanguageClassifier.shipped();
    assertThat(shipped.languages())
        .containsExactly(
            "am", "ar", "az", "cs", "de", "en", "es", "fr", "ha", "it", "kk", "ko", "ky", "mr",
            "nl", "pl", "ru", "rw", "te", "tr", "ug", "uz", "zh");
    assertThat(shipped.write().length).isLessThan(2_000_000);
    Map.of(
            "de", "Die Kinder spielen jeden Abend auf dem Schulhof Ball.",
            "nl", "De kinderen spelen elke avond met een bal op het schoolplein.",
            "ha", "Yara suna wasa da ƙwallo a cikin makaranta kowace yamma.",
            "rw", "Abana bakina umupira mu kibuga cy'ishuri buri mugoroba.",
            "ky", "Балдар ар күнү кечинде мектептин короосунда топ ойношот.",
            "ug", "بالىلار ھەر كۈنى كەچتە مەكتەپ مەيدانىدا توپ ئوينايدۇ.")
        .forEach(
            (language, text) -> {
              Optional<LanguageGuess> guess = shipped.guess(text);
              assertThat(guess).map(LanguageGuess::language).contains(language);
              assertThat(guess.orElseThrow().probability()).as(text).isGreaterThan(0.9);
            });
  }
}
