package org.isogloss.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NgramsTest {
  private static Set<Integer> hashes(String text) {
    Ngrams ngrams = Ngrams.of(text);
    Set<Integer> hashes = new HashSet<>();
    for (int i = 0; i < ngrams.size(); i++) {
      hashes.add(ngrams.hash(i));
    }
    return hashes;
  }

  @Test
  void aWordHasItsNgramsWithItsBoundariesAndItself() {
    // ␣ab␣: " a" " ab" " ab " "a" "ab" "ab " "b" "b ", and the word.
    assertThat(Ngrams.of("ab").size()).isEqualTo(9);
    assertThat(hashes("ab")).hasSize(9);
    // Of four letters: " ab "; a word of one letter stands for itself.
    assertThat(Ngrams.of("ab").familiarSize()).isEqualTo(1);
    assertThat(Ngrams.of("a").familiarSize()).isEqualTo(1);
    assertThat(Ngrams.of("abc").familiarSize()).isEqualTo(2);
  }

  @Test
  void caseDigitsAndPunctuationSayNothing() {
    assertThat(hashes("Zwei Äpfel")).isEqualTo(hashes("«zwei» 22 äPFEL!"));
    assertThat(new String(Ngrams.letters("«Zwei» 22 äPFEL!"))).isEqualTo(" zwei äpfel ");
  }

  @Test
  void anApostropheInsideAWordIsALetterWhateverItsForm() {
    assertThat(new String(Ngrams.letters("o‘zbek oʻzbek o'zbek 'so' l’eau")))
        .isEqualTo(" o'zbek o'zbek o'zbek so l'eau ");
  }

  @Test
  void marksBelongToTheirWord() {
    assertThat(new String(Ngrams.letters("मैं हूँ"))).isEqualTo(" मैं हूँ ");
  }

  @Test
  void wordsDoNotTouch() {
    Set<Integer> together = hashes("ab cd");
    Set<Integer> apart = new HashSet<>(hashes("ab"));
    apart.addAll(hashes("cd"));
    assertThat(together).isEqualTo(apart);
  }

  @Test
  void ofALongTextTheBeginningCounts() {
    String begin = "a".repeat(Ngrams.LETTERS);
    assertThat(Ngrams.of(begin + "bcd").size()).isEqualTo(Ngrams.of(begin + "xyzzy").size());
    assertThat(hashes(begin + "bcd")).isEqualTo(hashes(begin + "xyz"));
  }

  @Test
  void whatHasNoLettersHasNone() {
    for (String text : new String[] {"", " ", "12 34", "—!"}) {
      assertThat(Ngrams.of(text).size()).as(text).isZero();
      assertThat(Ngrams.of(text).familiarSize()).as(text).isZero();
    }
  }
}
