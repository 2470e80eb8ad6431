package org.isogloss.trainer.crosslingual;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.SentencePair;
import org.junit.jupiter.api.Test;

class SourcesTest {
  private static final SentencePair NEWS = new SentencePair("Es regnet.", "It rains.");
  private static final SentencePair BOTH = new SentencePair("Ja", "Yes");
  private static final SentencePair BUTTON = new SentencePair("Speichern", "Save");

  private static ParallelCorpus corpus(SentencePair... pairs) {
    return new ParallelCorpus(List.of(pairs), List.of());
  }

  @Test
  void aPairIsOfTheFirstSourceThatHasIt() {
    Sources sources = Sources.of(List.of(corpus(NEWS, BOTH)), List.of(corpus(BOTH, BUTTON)));
    assertThat(sources.all().pairs()).containsExactly(NEWS, BOTH, BUTTON);
    assertThat(sources.isInterface(BOTH)).isFalse();
    assertThat(sources.isInterface(BUTTON)).isTrue();
  }

  @Test
  void interfaceStringsScoreNothingUnlessThereIsNothingElse() {
    assertThat(Sources.of(List.of(corpus(NEWS)), List.of(corpus(BUTTON))).general())
        .containsExactly(NEWS);
    assertThat(Sources.of(List.of(), List.of(corpus(BUTTON))).general()).containsExactly(BUTTON);
  }
}
