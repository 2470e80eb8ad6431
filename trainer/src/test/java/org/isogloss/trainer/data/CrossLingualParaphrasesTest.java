package org.isogloss.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.isogloss.trainer.data.ParaphraseCorpus.Paraphrase;
import org.junit.jupiter.api.Test;

class CrossLingualParaphrasesTest {
  private static final List<SentencePair> TRANSLATIONS =
      List.of(
          new SentencePair("Es regnet.", "It rains."),
          new SentencePair("Ich gehe heim.", "I go home."),
          new SentencePair("Guten Tag.", "Hello."));

  @Test
  void paraphrasesOfEitherSideJoinButNeverOfBoth() {
    CrossLingualParaphrases joined =
        CrossLingualParaphrases.join(
            TRANSLATIONS,
            List.of(new Paraphrase("Regen fällt.", "es REGNET")),
            List.of(new Paraphrase("It rains!", "It is raining."), new Paraphrase("x", "y")),
            4);
    assertThat(joined.pairs())
        .containsExactly(
            new SentencePair("Regen fällt.", "It rains."),
            new SentencePair("Es regnet.", "It is raining."));
    assertThat(joined)
        .returns(1, CrossLingualParaphrases::bySource)
        .returns(1, CrossLingualParaphrases::byPivot)
        .returns(1, CrossLingualParaphrases::joined);
  }

  @Test
  void translationsAndRepetitionsAreLeftOut() {
    List<SentencePair> translations =
        List.of(
            new SentencePair("Es regnet.", "It rains."),
            new SentencePair("Es regnet.", "It is raining."),
            new SentencePair("es regnet", "It rains."));
    CrossLingualParaphrases joined =
        CrossLingualParaphrases.join(
            translations,
            List.of(),
            List.of(
                new Paraphrase("It rains.", "It is raining"),
                new Paraphrase("Rain falls.", "It rains."),
                new Paraphrase("it rains", "rain falls")),
            4);
    assertThat(joined.pairs()).containsExactly(new SentencePair("Es regnet.", "Rain falls."));
  }

  @Test
  void atMostSoManyParaphrasesOfASentenceAreUsed() {
    List<Paraphrase> many =
        List.of(
            new Paraphrase("Hello.", "Hi."),
            new Paraphrase("Hello.", "Good day."),
            new Paraphrase("Hey.", "Hello."));
    assertThat(CrossLingualParaphrases.join(TRANSLATIONS, List.of(), many, 2).pairs())
        .containsExactly(
            new SentencePair("Guten Tag.", "Hi."), new SentencePair("Guten Tag.", "Good day."));
  }
}
