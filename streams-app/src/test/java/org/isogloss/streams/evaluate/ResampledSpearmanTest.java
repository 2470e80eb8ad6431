package org.isogloss.streams.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.isogloss.metrics.Correlation;
import org.junit.jupiter.api.Test;

class ResampledSpearmanTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);

  @Test
  void aDrawGivesWhatSpearmanGivesOfItsRowsWrittenOut() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      int rows = 2 + random.nextInt(30);
      double[] x = random.doubles(rows).map(v -> Math.floor(v * 12)).toArray();
      double[] y = random.doubles(rows).map(v -> Math.floor(v * 6)).toArray();
      int[] counts = random.ints(rows, 0, 4).toArray();
      List<Double> drawnX = new ArrayList<>();
      List<Double> drawnY = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        for (int c = 0; c < counts[i]; c++) {
          drawnX.add(x[i]);
          drawnY.add(y[i]);
        }
      }
      var result = new ResampledSpearman(x, y).at(counts);
      if (drawnX.stream().distinct().count() < 2 || drawnY.stream().distinct().count() < 2) {
        assertThat(result).as("seed %d, round %d", SEED, round).isEmpty();
      } else {
        assertThat(result.orElseThrow())
            .as("seed %d, round %d", SEED, round)
            .isCloseTo(
                Correlation.spearman(
                    drawnX.stream().mapToDouble(v -> v).toArray(),
                    drawnY.stream().mapToDouble(v -> v).toArray()),
                within(1e-12));
      }
    }
  }
}
