package org.isogloss.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KnownMatchesTest {
  @Test
  void allThatATextWasPairedWithIsItsMatchWhateverTheForm() {
    KnownMatches matches =
        KnownMatches.ofTranslations(
            List.of(
                new SentencePair("Guten Tag!", "Good day."),
                new SentencePair("GUTEN TAG", "Hello"),
                new SentencePair("Hallo", "hello!")));
    assertThat(matches.of(KnownMatches.key("guten Tag")))
        .containsExactlyInAnyOrder("goodday", "hello");
    assertThat(matches.of(KnownMatches.key("Hallo."))).containsExactly("hello");
    assertThat(matches.of(KnownMatches.key("Good day."))).isEmpty();
  }

  @Test
  void paraphrasesMatchBothWays() {
    KnownMatches matches =
        KnownMatches.ofParaphrases(List.of(new ParaphraseCorpus.Paraphrase("a b", "c d")));
    assertThat(matches.of("ab")).containsExactly("cd");
    assertThat(matches.of("cd")).containsExactly("ab");
  }

  @Test
  void textsWithoutLettersAreNotAllOne() {
    assertThat(KnownMatches.key("???")).isNotEqualTo(KnownMatches.key("!"));
    assertThat(KnownMatches.places(List.of("Yes", "no", "yes!")))
        .containsEntry("yes", Set.of(0, 2))
        .containsEntry("no", Set.of(1));
  }
}
