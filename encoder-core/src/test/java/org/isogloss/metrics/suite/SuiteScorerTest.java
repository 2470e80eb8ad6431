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
        .extracting(SuiteScorerTest::text)
        .containsExactly(
            "MONOLINGUAL similar spearman",
            "MONOLINGUAL topics accuracy",
            "MONOLINGUAL topics macro_f1",
            "MONOLINGUAL_WITH_ALIGNMENT similar spearman",
            "MONOLINGUAL_WITH_ALIGNMENT topics accuracy",
            "MONOLINGUAL_WITH_ALIGNMENT topics macro_f1",
            "CROSS_LINGUAL similar spearman",
            "CROSS_LINGUAL topics accuracy FROM_ENGLISH",
            "CROSS_LINGUAL topics accuracy",
            "CROSS_LINGUAL topics macro_f1 FROM_ENGLISH",
            "CROSS_LINGUAL topics macro_f1",
            "CROSS_LINGUAL pairs margin_error TO_ENGLISH",
            "CROSS_LINGUAL pairs margin_error FROM_ENGLISH",
            "CROSS_LINGUAL pairs margin_error",
            "CROSS_LINGUAL topics margin_error TO_ENGLISH",
            "CROSS_LINGUAL topics margin_error FROM_ENGLISH",
            "CROSS_LINGUAL topics margin_error",
            "CROSS_LINGUAL pairs cosine_error TO_ENGLISH",
            "CROSS_LINGUAL pairs cosine_error FROM_ENGLISH",
            "CROSS_LINGUAL pairs cosine_error",
            "CROSS_LINGUAL topics cosine_error TO_ENGLISH",
            "CROSS_LINGUAL topics cosine_error FROM_ENGLISH",
            "CROSS_LINGUAL topics cosine_error",
            "LANGUAGE_BIAS similar language_bias",
            "LANGUAGE_BIAS similar language_bias_all",
            "GEOMETRY topics rsim WITH_ENGLISH",
            "GEOMETRY topics rsim");
    assertThat(columns)
        .filteredOn(Summary.Column::isSubset)
        .extracting(Summary.Column::name)
        .containsOnly("pairs")
        .hasSize(6);
  }

  private static String text(Summary.Column column) {
    String text = column.block() + " " + column.name() + " " + column.metric().label();
    return column.pairs() == Summary.Pairs.ALL ? text : text + " " + column.pairs();
  }

  @Test
  void aColumnOfDirectionsAndSourcesIsTheMeanOfTheirScores() {
    List<Score> scores = new ArrayList<>();
    for (Metric metric :
        List.of(
            Metric.TRANSFER_ACCURACY,
            Metric.BITEXT_ERROR_BY_MARGIN,
            Metric.REPRESENTATION_SIMILARITY)) {
      score(scores, metric, "de-en", 1);
      score(scores, metric, "en-de", 2);
      score(scores, metric, "en-fr", 4);
      score(scores, metric, "fr-en", 8);
      score(scores, metric, "de-fr", 16);
      score(scores, metric, "fr-de", 32);
    }
    assertThat(Summary.columns(scores))
        .extracting(c -> c.metric().label() + " " + c.pairs() + " " + c.value().orElseThrow())
        .containsExactly(
            "accuracy FROM_ENGLISH 3.0",
            "accuracy ALL 10.5",
            "margin_error TO_ENGLISH 4.5",
            "margin_error FROM_ENGLISH 3.0",
            "margin_error ALL 10.5",
            "rsim WITH_ENGLISH 3.75",
            "rsim ALL 10.5");
  }

  private static void score(List<Score> scores, Metric metric, String languages, double value) {
    scores.add(new Score(metric, "set", View.CROSS_LINGUAL, languages, 9, new Score.Value(value)));
  }

  @Test
  void aPairOfLanguagesWithOneItemInCommonIsLeftOutOfTheBiasAndMarksIt() {
    SimilaritySet whole = (SimilaritySet) suite().sets().getFirst();
    TreeMap<String, List<ScoredPair>> items = new TreeMap<>(whole.items());
    items.remove("fr");
    Vectors telling = telling();
    List<Score> without = score(telling, new SimilaritySet("similar", Split.TEST, items));
    items.put("fr", whole.items().getOrDefault("fr", List.of()).subList(0, 1));
    List<Score> with = score(telling, new SimilaritySet("similar", Split.TEST, items));
    for (Metric bias : List.of(Metric.LANGUAGE_BIAS, Metric.LANGUAGE_BIAS_WITH_MONOLINGUAL)) {
      assertThat(value(with, bias, "")).isNotZero().isEqualTo(value(without, bias, ""));
    }
    assertThat(Summary.columns(without)).noneMatch(column -> column.undefined() > 0);
    assertThat(Summary.columns(with))
        .filteredOn(column -> column.block() == Summary.Block.LANGUAGE_BIAS)
        .extracting(Summary.Column::undefined)
        // fr with de and with en; and fr by itself.
        .containsExactly(2, 3);
  }

  @Test
  void aZeroVectorLeavesTheNumbersOfItsLanguageUndefinedAndNoOthers() {
    Vectors ideal = ideal();
    List<Score> scores =
        new SuiteScorer(suite(), Set.of("de", "en", "fr"), Split.TEST)
            .score(
                (language, text, view) ->
                    Set.of("fr:test3", "fr:7a", "de:t4").contains(text)
                        ? new float[12]
                        : ideal.vector(language, text, view));
    assertThat(scores)
        .filteredOn(s -> s.languages().contains("fr") && s.set().equals("similar"))
        .isNotEmpty()
        .allMatch(s -> reason(s).contains("ISO-209"));
    assertThat(scores)
        .filteredOn(s -> s.set().equals("pairs"))
        .hasSize(6)
        .allMatch(s -> reason(s).contains("ISO-209"));
    assertThat(scores)
        .filteredOn(s -> s.set().equals("topics") && s.languages().contains("-"))
        .filteredOn(
            s ->
                s.metric() == Metric.REPRESENTATION_SIMILARITY
                    || s.metric() == Metric.BITEXT_ERROR_BY_MARGIN)
        .hasSize(9)
        .allMatch(s -> s.languages().contains("fr") == reason(s).contains("ISO-209"));
    assertThat(value(scores, Metric.REPRESENTATION_SIMILARITY, "de-en")).isCloseTo(1, within(1e-9));
    assertThat(value(scores, Metric.LANGUAGE_BIAS, "")).isCloseTo(0, within(1e-9));
  }

  @Test
  void aCorpusOfOneItemHasNoRepresentationSimilarity() {
    TreeMap<String, Map<Split, List<LabelledText>>> one = new TreeMap<>();
    for (String language : List.of("de", "en")) {
      one.put(
          language, Map.of(Split.TEST, List.of(new LabelledText("1", "food", language + ":x"))));
    }
    List<Score> scores = score(ideal(), new ClassificationSet("topics", one));
    assertThat(scores)
        .filteredOn(s -> s.metric() == Metric.REPRESENTATION_SIMILARITY)
        .singleElement()
        .matches(s -> reason(s).contains("ISO-130"));
    assertThat(value(scores, Metric.BITEXT_ERROR_BY_MARGIN, "en-de")).isZero();
  }

  @Test
  void languagesThatLackItemsAreMeasuredOnThoseTheyShare() {
    ClassificationSet whole = (ClassificationSet) suite().sets().get(1);
    TreeMap<String, Map<Split, List<LabelledText>>> items = new TreeMap<>(whole.items());
    // The first language lacks an item, and another has one that nobody else has.
    items.put("de", without(whole, "de", 4));
    Map<Split, List<LabelledText>> french = without(whole, "fr", 9);
    french.put(Split.DEV, List.of(new LabelledText("new", "food", "fr:new")));
    items.put("fr", french);
    List<Score> scores = score(telling(), new ClassificationSet("topics", items));
    assertThat(scores)
        .filteredOn(s -> s.metric() == Metric.REPRESENTATION_SIMILARITY)
        .extracting(s -> s.languages() + " " + s.items())
        .containsExactly("de-en 59", "de-fr 58", "en-fr 59");
    List<Score> all = score(telling(), whole);
    assertThat(value(scores, Metric.REPRESENTATION_SIMILARITY, "de-en"))
        .isNotEqualTo(value(all, Metric.REPRESENTATION_SIMILARITY, "de-en"))
        .isCloseTo(value(all, Metric.REPRESENTATION_SIMILARITY, "de-en"), within(0.1));
  }

  private static Map<Split, List<LabelledText>> without(
      ClassificationSet set, String language, int row) {
    Map<Split, List<LabelledText>> splits = new TreeMap<>();
    splits.put(Split.TRAIN, set.items(language, Split.TRAIN));
    List<LabelledText> test = new ArrayList<>(set.items(language, Split.TEST));
    test.remove(row);
    splits.put(Split.TEST, test);
    return splits;
  }

  private static List<Score> score(Vectors vectors, EvaluationSet set) {
    return new SuiteScorer(
            new Suite("x", Digest.of("x"), List.of(set)), Set.of("de", "en", "fr"), Split.TEST)
        .score(vectors);
  }

  private static String reason(Score score) {
    return switch (score.outcome()) {
      case Score.Value v -> "";
      case Score.Undefined undefined -> undefined.reason();
    };
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

  /** As {@link #ideal}, but every language has a direction of its own. */
  private Vectors telling() {
    Vectors ideal = ideal();
    return (language, text, view) -> {
      float[] vector = ideal.vector(language, text, view).clone();
      vector[language.charAt(0) % vector.length] += 2;
      return vector;
    };
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
