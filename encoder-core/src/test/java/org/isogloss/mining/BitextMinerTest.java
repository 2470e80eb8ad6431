package org.isogloss.mining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.isogloss.encoder.engine.TorchSimilarity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The miner against the oracle; {@code golden.json} was made by make_golden.py. */
class BitextMinerTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final TorchSimilarity TORCH = TorchSimilarity.open();
  private static final List<SimilarityBlocks> IMPLEMENTATIONS =
      List.of(new ScalarSimilarity(), new SimdSimilarity(), TORCH);

  @AfterAll
  static void close() {
    TORCH.close();
  }

  @Test
  void everyCaseEqualsTheOracle() throws IOException {
    JsonNode golden;
    try (InputStream in =
        Objects.requireNonNull(BitextMinerTest.class.getResourceAsStream("golden.json"))) {
      golden = new ObjectMapper().readTree(in);
    }
    float[][] x = matrix(golden.required("x"));
    float[][] y = matrix(golden.required("y"));
    for (JsonNode expected : golden.required("cases")) {
      String name = expected.required("name").textValue();
      float[][] source = name.equals("few") ? Arrays.copyOf(x, 3) : x;
      float[][] target = name.equals("few") ? Arrays.copyOf(y, 2) : y;
      if (name.equals("one")) {
        source = Arrays.copyOf(x, 1);
        target = Arrays.copyOf(y, 1);
      } else if (name.equals("self")) {
        target = x;
      }
      MiningOptions options =
          new MiningOptions(
              expected.required("k").intValue(),
              margin(expected.required("margin").textValue()),
              retrieval(expected.required("retrieval").textValue()),
              expected.required("threshold").doubleValue());
      for (SimilarityBlocks similarity : IMPLEMENTATIONS) {
        String description =
            "%s %s with %s".formatted(name, options, similarity.getClass().getSimpleName());
        List<MinedPair> pairs = mine(similarity, source, target, options);
        JsonNode gold = expected.required("pairs");
        assertThat(pairs).as(description).hasSize(gold.size());
        assertThat(pairs)
            .as(description)
            .isSortedAccordingTo(Comparator.comparingDouble(MinedPair::score).reversed());
        // Equal scores differ in their last bit between NumPy and us: compare by rows, not by rank.
        Map<List<Integer>, Double> scores = new HashMap<>();
        pairs.forEach(p -> scores.put(List.of(p.sourceRow(), p.targetRow()), p.score()));
        for (JsonNode pair : gold) {
          List<Integer> rows = List.of(pair.get(1).intValue(), pair.get(2).intValue());
          assertThat(scores).as(description).containsKey(rows);
          assertThat(scores.get(rows))
              .as(description)
              .isCloseTo(pair.get(0).doubleValue(), within(1e-9));
        }
      }
    }
  }

  @Test
  void anEmptySideGivesNoPair() {
    try (VectorMatrix empty = VectorMatrix.allocate(0, 3);
        VectorMatrix some = VectorMatrix.of(new float[][] {{1, 2, 3}})) {
      BitextMiner miner = new BitextMiner(new SimdSimilarity());
      assertThat(miner.mine(empty, some, MiningOptions.DEFAULT)).isEmpty();
      assertThat(miner.mine(some, empty, MiningOptions.DEFAULT)).isEmpty();
    }
  }

  @Test
  void zeroAndUnfiniteVectorsAreNamed() {
    float[][] zero = {{1, 2}, {0, 0}};
    float[][] nan = {{1, Float.NaN}};
    float[][] good = {{1, 2}};
    SimilarityBlocks similarity = new SimdSimilarity();
    assertThatThrownBy(() -> mine(similarity, zero, good, MiningOptions.DEFAULT))
        .hasMessageContaining("ISO-209")
        .hasMessageContaining("row 1");
    assertThatThrownBy(() -> mine(similarity, good, nan, MiningOptions.DEFAULT))
        .hasMessageContaining("row 0");
  }

  @Test
  void manyBlocksGiveWhatOneGives() {
    Random random = new Random(SEED);
    // Over a block in both directions, and no multiple of any tile.
    float[][] source = random(random, 1031, 19);
    float[][] target = random(random, 2111, 19);
    List<MinedPair> scalar = mine(new ScalarSimilarity(), source, target, MiningOptions.DEFAULT);
    for (SimilarityBlocks similarity : IMPLEMENTATIONS) {
      assertThat(mine(similarity, source, target, MiningOptions.DEFAULT))
          .as("seed %d, %s", SEED, similarity)
          .isEqualTo(scalar);
    }
    assertThat(scalar).hasSizeGreaterThan(900);
  }

  @Test
  void anyNumberOfThreadsGivesTheSame() {
    Random random = new Random(SEED);
    float[][] source = random(random, 3000, 8);
    float[][] target = random(random, 2500, 8);
    // Equal rows in different blocks: the order in which blocks come must not decide.
    for (int i = 0; i < 600; i++) {
      source[2999 - i] = source[i % 3];
      target[2499 - i] = source[i % 3];
    }
    try (VectorMatrix x = VectorMatrix.of(source);
        VectorMatrix y = VectorMatrix.of(target)) {
      List<MinedPair> one =
          new BitextMiner(new SimdSimilarity(), 1).mine(x, y, MiningOptions.DEFAULT);
      for (int threads : List.of(2, 4)) {
        assertThat(new BitextMiner(new SimdSimilarity(), threads).mine(x, y, MiningOptions.DEFAULT))
            .as("seed %d, %d threads", SEED, threads)
            .isEqualTo(one);
      }
    }
  }

  @Test
  void aCancelledSearchGivesNothing() {
    try (VectorMatrix x = VectorMatrix.of(new float[][] {{1, 2}, {2, 1}})) {
      assertThat(
              new BitextMiner(new SimdSimilarity()).mine(x, x, MiningOptions.DEFAULT, () -> true))
          .isEmpty();
    }
  }

  @Test
  void theAnswerDoesNotDependOnTheLengthOfVectors() {
    Random random = new Random(SEED);
    for (int round = 0; round < 50; round++) {
      float[][] source = random(random, 1 + random.nextInt(40), 7);
      float[][] target = random(random, 1 + random.nextInt(40), 7);
      float[][] longer = new float[source.length][];
      for (int i = 0; i < longer.length; i++) {
        longer[i] = source[i].clone();
        for (int d = 0; d < 7; d++) {
          longer[i][d] *= 4;
        }
      }
      SimilarityBlocks similarity = new SimdSimilarity();
      assertThat(mine(similarity, longer, target, MiningOptions.DEFAULT))
          .as("seed %d, round %d", SEED, round)
          .extracting(MinedPair::sourceRow, MinedPair::targetRow)
          .isEqualTo(
              mine(similarity, source, target, MiningOptions.DEFAULT).stream()
                  .map(p -> org.assertj.core.groups.Tuple.tuple(p.sourceRow(), p.targetRow()))
                  .toList());
    }
  }

  private static List<MinedPair> mine(
      SimilarityBlocks similarity, float[][] source, float[][] target, MiningOptions options) {
    try (VectorMatrix x = VectorMatrix.of(source);
        VectorMatrix y = VectorMatrix.of(target)) {
      return new BitextMiner(similarity).mine(x, y, options);
    }
  }

  private static float[][] random(Random random, int rows, int dimension) {
    float[][] vectors = new float[rows][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  private static float[][] matrix(JsonNode rows) {
    float[][] values = new float[rows.size()][rows.get(0).size()];
    for (int r = 0; r < values.length; r++) {
      for (int c = 0; c < values[r].length; c++) {
        values[r][c] = (float) rows.get(r).get(c).doubleValue();
      }
    }
    return values;
  }

  private static Margin margin(String name) {
    return switch (name) {
      case "ratio" -> Margin.RATIO;
      case "distance" -> Margin.DISTANCE;
      case "absolute" -> Margin.ABSOLUTE;
      default -> throw new AssertionError(name);
    };
  }

  private static Retrieval retrieval(String name) {
    return switch (name) {
      case "max" -> Retrieval.MAX;
      case "fwd" -> Retrieval.FORWARD;
      case "bwd" -> Retrieval.BACKWARD;
      case "intersect" -> Retrieval.INTERSECT;
      default -> throw new AssertionError(name);
    };
  }
}
