package org.isogloss.streams.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.isogloss.encoder.space.Digest;
import org.isogloss.metrics.PairedBootstrap;
import org.isogloss.metrics.suite.BitextSet;
import org.isogloss.metrics.suite.ClassificationSet;
import org.isogloss.metrics.suite.LabelledText;
import org.isogloss.metrics.suite.ScoredPair;
import org.isogloss.metrics.suite.SimilaritySet;
import org.isogloss.metrics.suite.Split;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.metrics.suite.SuiteScorer;
import org.isogloss.metrics.suite.Summary;
import org.isogloss.metrics.suite.Translation;
import org.isogloss.metrics.suite.Vectors;
import org.junit.jupiter.api.Test;

class EvidenceTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final Set<String> LANGUAGES = Set.of("de", "en", "fr");
  private static final Vectors RANDOM = (language, text, view) -> vector(language + text);

  private static float[] vector(String key) {
    Random random = new Random(SEED + key.hashCode());
    float[] vector = new float[8];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  @Test
  void everyColumnOfATableIsItsEvidenceOnTheItemsAsTheyAre() {
    // French shares one scored pair and lacks a text.
    holdsForEveryColumn(suite(List.of(0), 5), RANDOM);
    holdsForEveryColumn(suite(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), -1), RANDOM);
  }

  @Test
  void alsoWhereAVectorIsDegenerate() {
    holdsForEveryColumn(
        suite(List.of(0, 1, 2, 3, 4), -1),
        (language, text, view) ->
            Set.of("frt3", "fr2a", "dep4").contains(language + text)
                ? new float[8]
                : vector(language + text));
  }

  private static void holdsForEveryColumn(Suite suite, Vectors vectors) {
    List<Summary.Column> columns =
        Summary.columns(new SuiteScorer(suite, LANGUAGES, Split.TEST).score(vectors));
    Map<Summary.Key, Evidence.Column> evidence = Evidence.of(suite, LANGUAGES, vectors);
    PairedBootstrap bootstrap = new PairedBootstrap(100, SEED);
    assertThat(columns).extracting(Summary.Column::pairs).contains(Summary.Pairs.values());
    for (Summary.Column column : columns) {
      if (column.value().isPresent()) {
        assertThat(evidence).containsKey(column.key());
        Evidence.Column shown = Objects.requireNonNull(evidence.get(column.key()));
        assertThat(shown.value())
            .as("%s, seed %d", column, SEED)
            .isCloseTo(column.value().orElseThrow(), within(1e-9));
        assertThat(shown.drawn(bootstrap)).hasSize(100).doesNotContain(Double.NaN);
      }
    }
  }

  /**
   * @param french the scored pairs that French has
   * @param lacking the text that French lacks
   */
  private static Suite suite(List<Integer> french, int lacking) {
    TreeMap<String, List<ScoredPair>> similar = new TreeMap<>();
    TreeMap<String, Map<Split, List<LabelledText>>> topics = new TreeMap<>();
    for (String language : LANGUAGES) {
      List<ScoredPair> pairs = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        if (!language.equals("fr") || french.contains(i)) {
          pairs.add(new ScoredPair("p" + i, i % 4, i + "a", i + "b"));
        }
      }
      similar.put(language, pairs);
      Map<Split, List<LabelledText>> splits = new TreeMap<>();
      for (Split split : List.of(Split.TRAIN, Split.TEST)) {
        List<LabelledText> texts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          if (!language.equals("fr") || split == Split.TRAIN || i != lacking) {
            String id = split.label().substring(0, split == Split.TEST ? 1 : 2) + i;
            texts.add(new LabelledText(id, i % 2 == 0 ? "food" : "sport", id));
          }
        }
        splits.put(split, texts);
      }
      topics.put(language, splits);
    }
    List<Translation> translations = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      translations.add(new Translation("p" + i, "p" + i, "p" + i));
    }
    return new Suite(
        "test",
        Digest.of("suite"),
        List.of(
            new SimilaritySet("similar", Split.TEST, similar),
            new ClassificationSet("topics", topics),
            new BitextSet("pairs", "de", "en", translations),
            new BitextSet("pairs", "fr", "en", translations)));
  }
}
