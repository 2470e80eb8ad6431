package org.isogloss.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.LanguageBias.ScoredSet;
import org.junit.jupiter.api.Test;

class MetricsPropertyTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private final Random random = new Random(SEED);

  @Test
  void similarityIgnoresTheLengthOfVectors() {
    float[][] x = vectors(50, 9);
    float[][] y = vectors(50, 9);
    double[] gold = random.doubles(50).toArray();
    assertThat(Similarity.score(scaled(x, 4), scaled(y, 0.25f), gold))
        .as("seed %d", SEED)
        .isCloseTo(Similarity.score(x, y, gold), within(1e-9));
  }

  @Test
  void similarityIgnoresTheOrderOfItems() {
    float[][] x = vectors(50, 9);
    float[][] y = vectors(50, 9);
    double[] gold = random.doubles(50).toArray();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    double shuffled =
        Similarity.score(
            order.stream().map(i -> x[i]).toArray(float[][]::new),
            order.stream().map(i -> y[i]).toArray(float[][]::new),
            order.stream().mapToDouble(i -> gold[i]).toArray());
    assertThat(shuffled).as("seed %d", SEED).isCloseTo(Similarity.score(x, y, gold), within(1e-9));
  }

  @Test
  void representationSimilarityIsOneForARotatedCopy() {
    float[][] x = vectors(150, 4);
    float[][] rotated = new float[x.length][];
    for (int i = 0; i < x.length; i++) {
      rotated[i] = new float[] {-x[i][1], x[i][0], x[i][3], x[i][2]};
    }
    assertThat(RepresentationSimilarity.of(x, rotated))
        .as("seed %d", SEED)
        .isCloseTo(1, within(1e-9));
  }

  @Test
  void representationSimilarityEqualsThePlainDefinitionAcrossBlocks() {
    for (int rows : new int[] {3, 63, 64, 65, 130, 201}) {
      float[][] x = vectors(rows, 7);
      float[][] y = vectors(rows, 5);
      UnitRows ux = new UnitRows(x);
      UnitRows uy = new UnitRows(y);
      List<Double> a = new ArrayList<>();
      List<Double> b = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        for (int j = i + 1; j < rows; j++) {
          a.add(ux.cosine(i, ux, j));
          b.add(uy.cosine(i, uy, j));
        }
      }
      double plain =
          Correlation.pearson(
              a.stream().mapToDouble(v -> v).toArray(), b.stream().mapToDouble(v -> v).toArray());
      assertThat(RepresentationSimilarity.of(x, y))
          .as("%d rows, seed %d", rows, SEED)
          .isCloseTo(plain, within(1e-9));
    }
  }

  @Test
  void aDrawOfSentencesHasTheRepresentationSimilarityOfItsPairsCopiesOfOneApart() {
    int rows = 90;
    List<float[][]> languages = List.of(vectors(rows, 7), vectors(rows, 5), vectors(rows, 9));
    int[][] draws = new PairedBootstrap(100, SEED).counts(rows);
    double[] means = RepresentationSimilarity.meansOfDraws(languages, draws);
    for (int d = 0; d < 5; d++) {
      List<Integer> drawn = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        drawn.addAll(Collections.nCopies(draws[d][row], row));
      }
      double mean = 0;
      for (int[] pair : new int[][] {{0, 1}, {0, 2}, {1, 2}}) {
        mean +=
            Correlation.pearson(
                    cosines(languages.get(pair[0]), drawn), cosines(languages.get(pair[1]), drawn))
                / 3;
      }
      assertThat(means[d]).as("draw %d, seed %d", d, SEED).isCloseTo(mean, within(1e-9));
    }
    int[] once = new int[rows];
    Arrays.fill(once, 1);
    double[][] all = RepresentationSimilarity.allPairs(languages);
    assertThat(RepresentationSimilarity.meansOfDraws(languages, new int[][] {once})[0])
        .isCloseTo((all[0][1] + all[0][2] + all[1][2]) / 3, within(1e-12));
    assertThat(RepresentationSimilarity.meansWithFirst(languages, new int[][] {once})[0])
        .isCloseTo((all[0][1] + all[0][2]) / 2, within(1e-12));
  }

  /** Of all pairs of drawn rows that are not copies of one. */
  private static double[] cosines(float[][] vectors, List<Integer> drawn) {
    UnitRows unit = new UnitRows(vectors);
    List<Double> cosines = new ArrayList<>();
    for (int i = 0; i < drawn.size(); i++) {
      for (int j = i + 1; j < drawn.size(); j++) {
        if (!drawn.get(i).equals(drawn.get(j))) {
          cosines.add(unit.cosine(drawn.get(i), unit, drawn.get(j)));
        }
      }
    }
    return cosines.stream().mapToDouble(v -> v).toArray();
  }

  @Test
  void f1OfRetrievalTakesPrecisionFromRowsThatAreFoundTooOften() {
    // By hand, as scikit-learn's weighted f1_score defines it: 2/3, 0, 1 and 0 of four classes.
    assertThat(BitextError.f1(new int[] {0, 0, 2, 1}))
        .isCloseTo(100 * (2.0 / 3 + 1) / 4, within(1e-9));
    assertThat(BitextError.f1(new int[] {0, 1, 2})).isEqualTo(100);
  }

  @Test
  void everyTranslationIsFoundAmongItsOwnVectorsWhateverTheirNumber() {
    for (int rows : new int[] {1, 3, 31, 64, 97, 300}) {
      float[][] x = vectors(rows, 16);
      assertThat(BitextError.of(x, scaled(x, 3), 4))
          .as("%d rows, seed %d", rows, SEED)
          .isEqualTo(new BitextError(0, 0, 0, 0));
    }
  }

  @Test
  void amongEqualRowsTheFirstIsNearestHoweverOftenAndHotTheCodeRuns() {
    float[][] few = vectors(9, 77);
    float[][] x = new float[150][];
    for (int i = 0; i < x.length; i++) {
      x[i] = few[i % few.length];
    }
    float[][] y = vectors(150, 77);
    // The compiler comes in somewhere on the way.
    for (int round = 0; round < 400; round++) {
      BitextError.Answers answers = BitextError.answers(x, y, 4);
      assertThat(Arrays.stream(answers.cosineBackward()).max().orElseThrow())
          .as("round %d, seed %d", round, SEED)
          .isLessThan(few.length);
      assertThat(Arrays.stream(answers.marginBackward()).max().orElseThrow())
          .as("round %d, seed %d", round, SEED)
          .isLessThan(few.length);
    }
  }

  @Test
  void bitextErrorTurnsAroundWithItsSides() {
    float[][] x = vectors(133, 6);
    float[][] y = vectors(133, 6);
    BitextError there = BitextError.of(x, y, 4);
    BitextError back = BitextError.of(y, x, 4);
    assertThat(back)
        .as("seed %d", SEED)
        .isEqualTo(
            new BitextError(
                there.marginBackward(),
                there.marginForward(),
                there.cosineBackward(),
                there.cosineForward()));
  }

  @Test
  void oneSetHasNoLanguageBias() {
    ScoredSet set = new ScoredSet(random.doubles(40).toArray(), random.doubles(40).toArray());
    assertThat(LanguageBias.of(List.of(set))).as("seed %d", SEED).isCloseTo(0, within(1e-9));
  }

  @Test
  void aSetWithoutACorrelationIsLeftOutOfTheBias() {
    ScoredSet one = new ScoredSet(random.doubles(30).toArray(), random.doubles(30).toArray());
    ScoredSet two = new ScoredSet(random.doubles(20).toArray(), random.doubles(20).toArray());
    ScoredSet single = new ScoredSet(new double[] {0.9}, new double[] {5});
    ScoredSet constant = new ScoredSet(new double[] {0.1, 0.2}, new double[] {3, 3});
    assertThat(LanguageBias.of(List.of(single, one, constant, two)))
        .as("seed %d", SEED)
        .isEqualTo(LanguageBias.of(List.of(one, two)));
    assertThatThrownBy(() -> LanguageBias.of(List.of(single, constant)))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("none of the 2 sets");
  }

  @Test
  void degenerateInputIsACodedErrorNeverNaN() {
    assertThatThrownBy(() -> Correlation.spearman(new double[] {1, 2, 3}, new double[] {4, 4, 4}))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("ISO-130");
    assertThatThrownBy(() -> Correlation.spearman(new double[] {1}, new double[] {4}))
        .hasMessageContaining("ISO-130");
    assertThatThrownBy(() -> Similarity.cosines(new float[2][3], vectors(2, 3)))
        .hasMessageContaining("ISO-209");
    assertThatThrownBy(() -> LogisticClassifier.fit(vectors(2, 3), List.of("a", "a")))
        .hasMessageContaining("ISO-130");
    assertThatThrownBy(() -> Classification.of(List.of(), List.of()))
        .hasMessageContaining("ISO-130");
  }

  @Test
  void tiesShareTheirMeanRank() {
    assertThat(Correlation.ranks(new double[] {3, 1, 3, 2, 3})).containsExactly(4, 1, 4, 2, 4);
  }

  @Test
  void macroF1CountsEveryLabelAlike() {
    Classification c = Classification.of(List.of("a", "a", "a", "b"), List.of("a", "a", "a", "a"));
    assertThat(c.accuracy()).isEqualTo(75);
    assertThat(c.macroF1()).isCloseTo(100 * (6.0 / 7) / 2, within(1e-9));
  }

  @Test
  void theBootstrapIntervalHoldsTheEstimateAndShrinksWithMoreItems() {
    double[] few = random.doubles(30).toArray();
    double[] many = random.doubles(3000).toArray();
    PairedBootstrap bootstrap = new PairedBootstrap(500, SEED);
    PairedBootstrap.Interval wide = bootstrap.interval(few.length, drawn -> mean(few, drawn));
    PairedBootstrap.Interval narrow = bootstrap.interval(many.length, drawn -> mean(many, drawn));
    assertThat(wide.estimate()).isBetween(wide.low(), wide.high());
    assertThat(narrow.high() - narrow.low()).isLessThan((wide.high() - wide.low()) / 5);
    assertThat(narrow.p()).isLessThan(0.01);
    double[] around = Arrays.stream(many).map(v -> v - mean(many)).toArray();
    assertThat(bootstrap.interval(around.length, drawn -> mean(around, drawn)).p())
        .as("seed %d", SEED)
        .isGreaterThan(0.5);
    assertThat(bootstrap.interval(few.length, drawn -> mean(few, drawn))).isEqualTo(wide);
  }

  @Test
  void drawsAreTheSameWhetherCountedOrMeasured() {
    double[] values = random.doubles(40).toArray();
    PairedBootstrap bootstrap = new PairedBootstrap(300, SEED);
    double[] drawn =
        Arrays.stream(bootstrap.counts(values.length))
            .mapToDouble(
                counts -> {
                  double sum = 0;
                  for (int i = 0; i < counts.length; i++) {
                    sum += counts[i] * values[i];
                  }
                  return sum / counts.length;
                })
            .toArray();
    PairedBootstrap.Interval measured =
        bootstrap.interval(values.length, rows -> mean(values, rows));
    PairedBootstrap.Interval counted = PairedBootstrap.interval(mean(values), drawn);
    assertThat(counted.low()).isCloseTo(measured.low(), within(1e-12));
    assertThat(counted.high()).isCloseTo(measured.high(), within(1e-12));
    assertThat(counted.p()).isEqualTo(measured.p());
  }

  @Test
  void holmMultipliesTheSmallestMostAndNeverReversesTheOrder() {
    assertThat(PairedBootstrap.holm(new double[] {0.01, 0.04, 0.03, 0.005}))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-12));
  }

  private static double mean(double[] values, int[] drawn) {
    return Arrays.stream(drawn).mapToDouble(i -> values[i]).sum() / drawn.length;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  private float[][] vectors(int rows, int dimension) {
    float[][] vectors = new float[rows][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  private static float[][] scaled(float[][] vectors, float factor) {
    float[][] scaled = new float[vectors.length][];
    for (int r = 0; r < scaled.length; r++) {
      scaled[r] = vectors[r].clone();
      for (int i = 0; i < scaled[r].length; i++) {
        scaled[r][i] *= factor;
      }
    }
    return scaled;
  }
}
