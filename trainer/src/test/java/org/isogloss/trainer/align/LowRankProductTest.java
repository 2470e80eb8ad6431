package org.isogloss.trainer.align;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LowRankProductTest {
  private static final int OUTPUTS = 7;
  private static final int INPUTS = 9;
  private static final long SEED = 5;

  @Test
  void atItsOwnRankNothingIsLost() {
    LowRankProduct product = random(3);
    assertThat(distance(product, product.nearest(3))).isLessThan(1e-5);
  }

  @Test
  void theNearestOfALowerRankKeepsTheGreatestSingularValues() {
    // b has columns of lengths 3, 2 and 1 along three axes, a the same axes of its own side.
    float[] b = new float[OUTPUTS * 3];
    float[] a = new float[3 * INPUTS];
    for (int r = 0; r < 3; r++) {
      b[(r + 2) * 3 + r] = 3 - r;
      a[r * INPUTS + r + 4] = 1;
    }
    LowRankProduct product = new LowRankProduct(b, a, 3);
    LowRankProduct nearest = product.nearest(2);
    assertThat(nearest.rank()).isEqualTo(2);
    assertThat(distance(product, nearest)).isBetween(1 - 1e-5, 1 + 1e-5);
  }

  @Test
  void noOtherOfThatRankIsNearer() {
    LowRankProduct product = random(4);
    double best = distance(product, product.nearest(2));
    Random random = new Random(SEED + 1);
    for (int trial = 0; trial < 200; trial++) {
      LowRankProduct near = product.nearest(2);
      float[] b = shaken(near.b(), random);
      float[] a = shaken(near.a(), random);
      assertThat(distance(product, new LowRankProduct(b, a, 2)))
          .as("seed %d, trial %d", SEED, trial)
          .isGreaterThanOrEqualTo(best - 1e-5);
    }
  }

  @Test
  void directionsThatLearntNothingAreNoObstacle() {
    LowRankProduct one = random(1);
    float[] b = new float[OUTPUTS * 3];
    for (int r = 0; r < OUTPUTS; r++) {
      b[3 * r] = one.b()[r];
    }
    float[] a = new float[3 * INPUTS];
    System.arraycopy(one.a(), 0, a, 0, INPUTS);
    assertThat(distance(one, new LowRankProduct(b, a, 3).nearest(1))).isLessThan(1e-5);
    LowRankProduct nothing = new LowRankProduct(new float[OUTPUTS * 3], random(3).a(), 3);
    assertThat(distance(nothing, nothing.nearest(2))).isLessThan(1e-6);
  }

  @Test
  void theFactorsAreOfLikeSize() {
    LowRankProduct nearest = random(4).nearest(2);
    assertThat(norm(nearest.b()) / norm(nearest.a())).isBetween(0.99, 1.01);
  }

  @Test
  void factorsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> new LowRankProduct(new float[7], new float[6], 2))
        .isInstanceOf(IllegalArgumentException.class);
    for (int rank : new int[] {0, 4}) {
      assertThatThrownBy(() -> random(3).nearest(rank)).hasMessageContaining("cut to " + rank);
    }
  }

  private static float[] shaken(float[] values, Random random) {
    float[] shaken = values.clone();
    for (int i = 0; i < shaken.length; i++) {
      shaken[i] += (float) (0.05 * random.nextGaussian());
    }
    return shaken;
  }

  private static LowRankProduct random(int rank) {
    Random random = new Random(SEED);
    float[] b = new float[OUTPUTS * rank];
    float[] a = new float[rank * INPUTS];
    for (int i = 0; i < b.length; i++) {
      b[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < a.length; i++) {
      a[i] = (float) random.nextGaussian();
    }
    return new LowRankProduct(b, a, rank);
  }

  private static double distance(LowRankProduct left, LowRankProduct right) {
    double sum = 0;
    for (int o = 0; o < OUTPUTS; o++) {
      for (int i = 0; i < INPUTS; i++) {
        double difference = at(left, o, i) - at(right, o, i);
        sum += difference * difference;
      }
    }
    return Math.sqrt(sum);
  }

  private static double at(LowRankProduct product, int output, int input) {
    double sum = 0;
    for (int k = 0; k < product.rank(); k++) {
      sum += (double) product.b()[output * product.rank() + k] * product.a()[k * INPUTS + input];
    }
    return sum;
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
