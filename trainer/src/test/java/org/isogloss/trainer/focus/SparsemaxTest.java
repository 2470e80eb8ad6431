package org.isogloss.trainer.focus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SparsemaxTest {
  private static final Offset<Float> CLOSE = within(1e-6f);

  private static float[] sparsemax(float... scores) {
    Sparsemax.inPlace(scores);
    return scores;
  }

  @Test
  void whatIsFarFromTheBestGetsNothing() {
    assertThat(sparsemax(2, 0, -1)).containsExactly(1, 0, 0);
    assertThat(sparsemax(0.5f, 0.3f, -2)).containsExactly(new float[] {0.6f, 0.4f, 0}, CLOSE);
    assertThat(sparsemax(7, 7)).containsExactly(0.5f, 0.5f);
    assertThat(sparsemax(-3)).containsExactly(1);
  }

  /** The nearest point of the simplex: no other point of it, drawn at random, is nearer. */
  @Test
  void weightsAreTheNearestPointOfTheSimplex() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      float[] scores = new float[1 + random.nextInt(8)];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = (float) random.nextGaussian();
      }
      float[] weights = sparsemax(scores.clone());
      double sum = 0;
      for (float weight : weights) {
        assertThat(weight).as("seed %d", seed).isBetween(0f, 1f);
        sum += weight;
      }
      assertThat(sum).as("seed %d", seed).isCloseTo(1, within(1e-5));
      for (int trial = 0; trial < 200; trial++) {
        double[] other = random.doubles(scores.length).map(u -> -Math.log(1 - u)).toArray();
        double total = 0;
        for (double value : other) {
          total += value;
        }
        double near = 0;
        double far = 0;
        for (int i = 0; i < scores.length; i++) {
          near += Math.pow(weights[i] - scores[i], 2);
          far += Math.pow(other[i] / total - scores[i], 2);
        }
        assertThat(near).as("seed %d", seed).isLessThanOrEqualTo(far + 1e-6);
      }
    }
  }
}
