package org.isogloss.metrics.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.Test;

class SuiteScorerTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private final Map<String, float[]> stored = new HashMap<>();

  @Test
  void vectorsThatDoNotKnowLanguagesApartHaveNoBiasAndNoBitextError() {
    List<Score> scores =
        new SuiteScorer(suite(), Set.of("de", "en", "fr"), Split.TEST).score(ideal());
    assertThat(value(scores, Metric.LANGUAGE_BIAS, "")).isCloseTo(0, within(1e-9));
    assertThat(value(scores, Metric.BITEXT_ERROR_BY_MARGIN, "de-en")).isZero();
    assertThat(value(scores, Metric.BITEXT_F1_BY_COSINE, "de-en")).isEqualTo(100);
    assertThat(value(scores, Metric.REPRESENTATION_SIMILARITY, "de-fr")).isCloseTo(1, within(1e-9));
    assertThat(value(scores, Metric.CROSS_LINGUAL_SIMILARITY, "de-en"))
        .isCloseTo(value(scores, Metric.MONOLINGUAL_SIMILARITY, "de"), within(1e-9));
    assertThat(value(scores, Metric.TRANSFER_ACCURACY, "en-de"))
        .isEqualTo(value(scores, Metric.MONOLINGUAL_ACCURACY, "de"));
  }

  @Test
  void monolingualTasksAreMeasuredInBothViewsAndCrossLingualOnesInTheirs() {
    List<Score> scores = new SuiteScorer(suite(), Set.of("de", "en"), Split.TEST).score(ideal());
    assertThat(scores)
        .filteredOn(s -> s.metric() == Metric.MONOLINGUAL_SIMILARITY && s.languages().equals("de"))
        .extracting(Score::view)
        .containsExactlyInAnyOrder(View.MONOLINGUAL, View.CROSS_LINGUAL);
    assertThat(scores)
        .filteredOn(s -> s.languages().contains("-"))
        .isNotEmpty()
        .allMatch(s -> s.view() == View.CROSS_LINGUAL)
        .noneMatch(s -> s.languages().contains("fr"));
  }

  @Test
  void everySentenceWantedIsEverySentenceUsed() {
    SuiteScorer scorer = new SuiteScorer(suite(), Set.of("de", "en", "fr"), Split.TEST);
    Set<SuiteScorer.Wanted> wanted = scorer.wanted();
    Vectors ideal = ideal();
    Set<SuiteScorer.Wanted> used = java.util.concurrent.ConcurrentHashMap.newKeySet();
    scorer.score(
        (language, text, view) -> {
          used.add(new SuiteScorer.Wanted(language, text, view));
          return ideal.vector(language, text, view);
        });
    assertThat(used).isEqualTo(wanted);
  }

  @Test
  void aConstantGoldIsUndefinedWithItsReason() {
    Suite constant =
        new Suite(
            "x",
            Digest.of("x"),
            List.of(
                new SimilarityTrack(
                    "t/1",
                    "en",
                    "en",
                    List.of(new ScoredPair("1", 3, "a", "b"), new ScoredPair("2", 3, "c", "d")))));
    List<Score> scores = new SuiteScorer(constant, Set.of("en"), Split.TEST).score(ideal());
    assertThat(scores)
        .hasSize(2)
        .allSatisfy(
            s -> {
              assertThat(s.value()).isEmpty();
              assertThat(((Score.Undefined) s.outcome()).reason()).contains("ISO-130");
            });
  }

  @Test
  void theSummaryHasThePapersColumnsAndMarksSubsets() {
    List<Score> scores =
        new SuiteScorer(suite(), Set.of("de", "en", "fr"), Split.TEST).score(ideal());
    List<Summary.Column> columns = Summary.columns(scores);
    assertThat(columns)
        .extracting(c -> c.block() + " " + c.name() + " " + c.metric().label())
        .containsExactly(
            "MONOLINGUAL similar spearman",
            "MONOLINGUAL topics accuracy",
            "MONOLINGUAL topics macro_f1",
            "MONOLINGUAL_WITH_ALIGNMENT similar spearman",
            "MONOLINGUAL_WITH_ALIGNMENT topics accuracy",
            "MONOLINGUAL_WITH_ALIGNMENT topics macro_f1",
            "CROSS_LINGUAL similar spearman",
            "CROSS_LINGUAL topics accuracy",
            "CROSS_LINGUAL topics macro_f1",
            "CROSS_LINGUAL pairs margin_error",
            "CROSS_LINGUAL topics margin_error",
            "CROSS_LINGUAL pairs cosine_error",
            "CROSS_LINGUAL topics cosine_error",
            "LANGUAGE_BIAS similar language_bias",
            "LANGUAGE_BIAS similar language_bias_all",
            "GEOMETRY topics rsim");
    assertThat(columns)
        .filteredOn(Summary.Column::isSubset)
        .extracting(c -> c.name() + " " + c.metric().label())
        .containsExactly("pairs margin_error", "pairs cosine_error");
  }

  @Test
  void aBiasOverTwoLanguagesIsASubsetToo() {
    List<Score> scores = new SuiteScorer(suite(), Set.of("de", "en"), Split.TEST).score(ideal());
    assertThat(Summary.columns(scores))
        .filteredOn(column -> column.block() == Summary.Block.LANGUAGE_BIAS)
        .hasSize(2)
        .allMatch(Summary.Column::isSubset);
  }

  private static double value(List<Score> scores, Metric metric, String languages) {
    return scores.stream()
        .filter(s -> s.metric() == metric && s.languages().equals(languages))
        .findFirst()
        .flatMap(Score::value)
        .orElseThrow();
  }

  /** Language codes do not matter to it: "de:3a" and "en:3a" get the same vector. */
  private Vectors ideal() {
    return (language, text, view) ->
        stored.computeIfAbsent(
            text.substring(text.indexOf(':') + 1),
            key -> {
              Random random = new Random(SEED + key.hashCode());
              float[] v = new float[12];
              for (int i = 0; i < v.length; i++) {
                v[i] = (float) random.nextGaussian();
              }
              return v;
            });
  }

  private static Suite suite() {
    TreeMap<String, List<ScoredPair>> similar = new TreeMap<>();
    TreeMap<String, Map<Split, List<LabelledText>>> topics = new TreeMap<>();
    for (String language : List.of("de", "en", "fr")) {
      Random random = new Random(SEED);
      List<ScoredPair> pairs = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        pairs.add(
            new ScoredPair(
                "p" + i, random.nextInt(6), language + ":" + i + "a", language + ":" + i + "b"));
      }
      similar.put(language, pairs);
      Map<Split, List<LabelledText>> splits = new TreeMap<>();
      for (Split split : List.of(Split.TRAIN, Split.TEST)) {
        List<LabelledText> texts = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
          String id = split.label() + i;
          texts.add(new LabelledText(id, i % 2 == 0 ? "food" : "sport", language + ":" + id));
        }
        splits.put(split, texts);
      }
      topics.put(language, splits);
    }
    List<Translation> pairs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      pairs.add(new Translation("t" + i, "de:t" + i, "en:t" + i));
    }
    return new Suite(
        "test",
        Digest.of("suite"),
        List.of(
            new SimilaritySet("similar", Split.TEST, similar),
            new ClassificationSet("topics", topics),
            new BitextSet("pairs", "de", "en", pairs)));
  }
}
