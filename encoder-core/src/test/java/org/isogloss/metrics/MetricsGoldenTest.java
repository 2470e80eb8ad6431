package org.isogloss.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.isogloss.metrics.LanguageBias.ScoredSet;
import org.junit.jupiter.api.Test;

/** Every metric equals the oracle's number; {@code golden.json} was made by make_golden.py. */
class MetricsGoldenTest {
  private final JsonNode golden = read();
  private final float[][] x = matrix("x");
  private final float[][] y = matrix("y");
  private final float[][] z = matrix("z");
  private final float[][] w = matrix("w");
  private final double[] gold = doubles("gold");

  @Test
  void similarityEqualsTheOracle() {
    assertThat(Similarity.score(x, y, gold)).isCloseTo(number("sts"), within(1e-9));
    assertThat(Similarity.crossLingualScore(x, y, z, w, gold))
        .isCloseTo(number("sts_pair"), within(1e-9));
  }

  @Test
  void languageBiasEqualsTheOracle() {
    assertThat(
            LanguageBias.of(
                List.of(
                    new ScoredSet(Similarity.cosines(x, y), gold),
                    new ScoredSet(Similarity.cosines(y, z), gold),
                    new ScoredSet(Similarity.cosines(x, w), gold))))
        .isCloseTo(number("bias"), within(1e-9));
  }

  @Test
  void representationSimilarityEqualsTheOracleForEveryPairAtOnce() {
    double[][] all = RepresentationSimilarity.allPairs(List.of(x, y, z));
    assertThat(all[0][1]).isCloseTo(number("rsim_xy"), within(1e-9));
    assertThat(all[0][2]).isCloseTo(number("rsim_xz"), within(1e-9));
    assertThat(all[2][1]).isCloseTo(number("rsim_yz"), within(1e-9));
  }

  @Test
  void bitextErrorEqualsTheOracleInBothDirections() {
    BitextError error = BitextError.of(x, w, 4);
    assertThat(error.marginForward()).isCloseTo(number("xsim_xw"), within(1e-9));
    assertThat(error.marginBackward()).isCloseTo(number("xsim_wx"), within(1e-9));
    assertThat(error.cosineForward()).isCloseTo(number("cosine_xw"), within(1e-9));
    assertThat(error.cosineBackward()).isCloseTo(number("cosine_wx"), within(1e-9));
  }

  @Test
  void theClassifierPredictsTheOraclesLabels() {
    List<String> labels = strings("labels");
    LogisticClassifier classifier =
        LogisticClassifier.fit(Arrays.copyOfRange(x, 0, 40), labels.subList(0, 40));
    assertThat(classifier.predict(Arrays.copyOfRange(x, 40, 60))).isEqualTo(strings("predicted"));
    assertThat(classifier.predict(z)).isEqualTo(strings("predicted_z"));
  }

  private double number(String name) {
    return golden.required(name).doubleValue();
  }

  private double[] doubles(String name) {
    JsonNode array = golden.required(name);
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }

  private float[][] matrix(String name) {
    JsonNode rows = golden.required(name);
    float[][] values = new float[rows.size()][rows.get(0).size()];
    for (int r = 0; r < values.length; r++) {
      for (int c = 0; c < values[r].length; c++) {
        values[r][c] = (float) rows.get(r).get(c).doubleValue();
      }
    }
    return values;
  }

  private List<String> strings(String name) {
    List<String> values = new ArrayList<>();
    golden.required(name).forEach(v -> values.add(v.textValue()));
    return values;
  }

  private static JsonNode read() {
    try (InputStream in =
        Objects.requireNonNull(MetricsGoldenTest.class.getResourceAsStream("golden.json"))) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new AssertionError("golden.json", e);
    }
  }
}
