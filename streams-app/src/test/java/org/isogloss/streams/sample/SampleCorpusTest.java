package org.isogloss.streams.sample;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SampleCorpusTest {
  private static final Map<String, UnicodeScript> SCRIPTS =
      Map.of(
          "en", UnicodeScript.LATIN,
          "de", UnicodeScript.LATIN,
          "fr", UnicodeScript.LATIN,
          "es", UnicodeScript.LATIN,
          "tr", UnicodeScript.LATIN,
          "ru", UnicodeScript.CYRILLIC,
          "ar", UnicodeScript.ARABIC,
          "ko", UnicodeScript.HANGUL,
          "zh", UnicodeScript.HAN,
          "hi", UnicodeScript.DEVANAGARI);

  private final SampleCorpus corpus = SampleCorpus.load();

  @Test
  void tenLanguagesInSixScriptsHave140SentencesEach() {
    assertThat(corpus.languages()).containsExactlyInAnyOrderElementsOf(SCRIPTS.keySet());
    assertThat(corpus.languages()).first().isEqualTo("en");
    Map<String, List<SampleSentence>> byLanguage =
        corpus.sentences(1).stream().collect(groupingBy(SampleSentence::language));
    assertThat(byLanguage).hasSize(10);
    assertThat(byLanguage.values()).allSatisfy(sentences -> assertThat(sentences).hasSize(140));
    Map<String, List<SampleSentence>> unpaired =
        corpus.unpaired().stream().collect(groupingBy(SampleSentence::language));
    assertThat(unpaired).hasSize(10);
    assertThat(unpaired.values()).allSatisfy(sentences -> assertThat(sentences).hasSize(40));
  }

  @Test
  void everySentenceIsWrittenInTheScriptOfItsLanguage() {
    for (SampleSentence sentence : corpus.sentences(1)) {
      UnicodeScript expected = SCRIPTS.get(sentence.language());
      List<UnicodeScript> letters =
          sentence
              .text()
              .codePoints()
              .filter(Character::isLetter)
              .mapToObj(UnicodeScript::of)
              .toList();
      assertThat(letters).as(sentence.text()).contains(expected);
      long others = letters.stream().filter(script -> script != expected).count();
      assertThat(others).as(sentence.text()).isLessThanOrEqualTo(letters.size() / 4);
    }
  }

  @Test
  void everySentenceIsOneTrimmedLineInNfcAndStandsOnce() {
    Set<String> texts = new HashSet<>();
    for (SampleSentence sentence : corpus.sentences(1)) {
      String text = sentence.text();
      assertThat(Normalizer.isNormalized(text, Normalizer.Form.NFC)).as(text).isTrue();
      assertThat(text).isEqualTo(text.strip()).hasSizeGreaterThan(7);
      assertThat(text.codePoints()).as(text).noneMatch(Character::isISOControl);
      assertThat(texts.add(text)).as(text).isTrue();
    }
  }

  @Test
  void aSeedDecidesTheOrderAndNothingElse() {
    assertThat(corpus.sentences(7)).isEqualTo(SampleCorpus.load().sentences(7));
    assertThat(corpus.sentences(7)).isNotEqualTo(corpus.sentences(8));
    assertThat(corpus.sentences(7)).containsExactlyInAnyOrderElementsOf(corpus.sentences(8));
  }

  @Test
  void anIdIsAFunctionOfLanguageAndTextAndTellsNothingOfThePairing() {
    Pattern form = Pattern.compile("[a-z]{2}-[0-9a-f]{16}");
    Set<String> tails = new HashSet<>();
    for (SampleSentence sentence : corpus.sentences(1)) {
      assertThat(sentence.id()).matches(form).startsWith(sentence.language());
      assertThat(tails.add(sentence.id().substring(3))).as(sentence.id()).isTrue();
    }
    // Sorted by id, translations must not fall on equal ranks, or a miner could cheat by position.
    AnswerKey key = corpus.answerKey("de", "en");
    List<String> sources = key.pairs().stream().map(SamplePair::sourceId).sorted().toList();
    List<String> targets = key.pairs().stream().map(SamplePair::targetId).sorted().toList();
    long sameRank =
        key.pairs().stream()
            .filter(pair -> sources.indexOf(pair.sourceId()) == targets.indexOf(pair.targetId()))
            .count();
    assertThat(sameRank).isLessThan(10);
  }

  @Test
  void theKeyHasOneHundredPairsOneToOneAndIsSymmetric() {
    Set<String> unpaired = new HashSet<>();
    corpus.unpaired().forEach(sentence -> unpaired.add(sentence.id()));
    for (String source : corpus.languages()) {
      for (String target : corpus.languages()) {
        if (source.equals(target)) {
          continue;
        }
        AnswerKey key = corpus.answerKey(source, target);
        assertThat(key.pairs()).hasSize(100);
        assertThat(key.pairs().stream().map(SamplePair::sourceId).distinct()).hasSize(100);
        assertThat(key.pairs().stream().map(SamplePair::targetId).distinct()).hasSize(100);
        assertThat(key.pairs())
            .noneMatch(pair -> unpaired.contains(pair.sourceId()))
            .noneMatch(pair -> unpaired.contains(pair.targetId()));
        assertThat(corpus.answerKey(target, source)).isEqualTo(key.reversed());
      }
    }
  }

  @Test
  void aScoreCountsDistinctPairsInTheKeysDirection() {
    AnswerKey key = corpus.answerKey("de", "en");
    List<SamplePair> right = List.copyOf(key.pairs());
    SamplePair wrong = new SamplePair(right.get(0).sourceId(), right.get(1).targetId());

    PairScore all = key.score(right);
    assertThat(all).isEqualTo(new PairScore(100, 100, 100));
    assertThat(all.precision()).isEqualTo(1.0);
    assertThat(all.recall()).isEqualTo(1.0);

    List<SamplePair> found = new ArrayList<>(right.subList(2, 5));
    found.add(right.get(2));
    found.add(wrong);
    assertThat(key.score(found)).isEqualTo(new PairScore(4, 3, 100));
    assertThat(key.score(found).precision()).isCloseTo(0.75, within(1e-12));
    assertThat(key.score(found).recall()).isCloseTo(0.03, within(1e-12));

    assertThat(key.score(List.of(right.get(0).reversed()))).isEqualTo(new PairScore(1, 0, 100));
    assertThat(key.score(List.of()).precision()).isZero();
  }

  @Test
  void aLanguageOutsideTheCorpusIsRefused() {
    assertThatThrownBy(() -> corpus.answerKey("fi", "en"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fi");
    assertThatThrownBy(() -> corpus.answerKey("en", "en"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
