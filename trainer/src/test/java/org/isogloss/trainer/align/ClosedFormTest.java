package org.isogloss.trainer.align;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;

class ClosedFormTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int DIMENSION = 8;
  private final Random random = new Random(SEED);

  @Test
  void centringLeavesAMeanOfZero() {
    float[][] x = gaussian(200, 3);
    PostProcessingFit fit = PostProcessingFit.centre(x);
    assertThat(mean(x, fit)).containsExactly(new float[DIMENSION], within(1e-5f));
  }

  @Test
  void whiteningLeavesUncorrelatedDirectionsOfEqualVariance() {
    float[][] x = gaussian(4000, 1);
    for (float[] row : x) {
      row[0] *= 5;
      row[1] += 2 * row[0];
    }
    PostProcessingFit fit = PostProcessingFit.whiten(x, 0);
    float[][] whitening = fit.whitening().orElseThrow();
    for (int i = 0; i < DIMENSION; i++) {
      for (int j = 0; j < i; j++) {
        assertThat(whitening[i][j]).as("to the bit").isEqualTo(whitening[j][i]);
      }
    }
    double[][] covariance = new double[DIMENSION][DIMENSION];
    for (float[] row : x) {
      float[] p = fit.apply(row);
      for (int i = 0; i < DIMENSION; i++) {
        for (int j = 0; j < DIMENSION; j++) {
          covariance[i][j] += (double) p[i] * p[j] / x.length;
        }
      }
    }
    for (int i = 0; i < DIMENSION; i++) {
      for (int j = 0; j < DIMENSION; j++) {
        assertThat(covariance[i][j] / covariance[0][0])
            .as("seed %d", SEED)
            .isCloseTo(i == j ? 1 : 0, within(1e-3));
      }
    }
  }

  @Test
  void whitenedProcrustesIsWhiteningAndThenTheRotationInOneMap() {
    Random random = new Random(5);
    float[][] x = new float[300][6];
    float[][] y = new float[300][6];
    for (int row = 0; row < x.length; row++) {
      for (int c = 0; c < 6; c++) {
        x[row][c] = (float) ((c + 1) * random.nextGaussian() + c);
        y[row][c] = (float) (x[row][(c + 1) % 6] + random.nextGaussian());
      }
    }
    LinearMap folded = AffineFit.whitenedProcrustes(x, y, 0.1);
    PostProcessingFit whitening = PostProcessingFit.whiten(x, 0.1);
    float[][] white = Stream.of(x).map(whitening::apply).toArray(float[][]::new);
    LinearMap rotation = AffineFit.procrustes(white, y);
    for (int row = 0; row < 10; row++) {
      assertThat(folded.apply(x[row]))
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(rotation.apply(white[row]));
    }
  }

  @Test
  void procrustesFindsTheRotationThatWasApplied() {
    float[][] x = gaussian(300, 0);
    float[][] y = new float[x.length][];
    for (int i = 0; i < x.length; i++) {
      y[i] = rotate(x[i]);
    }
    LinearMap map = AffineFit.procrustes(x, y);
    for (int i = 0; i < 20; i++) {
      assertThat(map.apply(x[i])).as("seed %d", SEED).containsExactly(y[i], within(1e-4f));
    }
  }

  @Test
  void ridgeAndCanonicalCorrelationBringTranslationsTogether() {
    float[][] x = gaussian(400, 2);
    float[][] y = new float[x.length][];
    for (int i = 0; i < x.length; i++) {
      y[i] = rotate(x[i]);
      for (int j = 0; j < DIMENSION; j++) {
        y[i][j] += 0.1f * (float) random.nextGaussian() + j;
      }
    }
    double before = meanCosine(x, y, v -> v);
    for (LinearMap map :
        new LinearMap[] {
          AffineFit.ridge(x, y, 1e-3), AffineFit.canonical(x, y, DIMENSION, 1e-3),
        }) {
      assertThat(meanCosine(x, y, map::apply))
          .as("seed %d", SEED)
          .isGreaterThan(before)
          .isGreaterThan(0.99);
    }
  }

  @Test
  void aRotationHeldToTheIdentityIsThatOfProcrustesWhereItIsFreeAndNoneWhereItIsHeldFast() {
    float[][] x = gaussian(300, 0);
    float[][] y = new float[x.length][];
    for (int i = 0; i < x.length; i++) {
      y[i] = rotate(x[i]);
    }
    LinearMap free = AffineFit.anchored(x, y, 1e-9);
    LinearMap held = AffineFit.anchored(x, y, 1e9);
    for (int i = 0; i < 20; i++) {
      assertThat(free.apply(x[i])).as("seed %d", SEED).containsExactly(y[i], within(1e-4f));
      assertThat(held.apply(x[i])).as("seed %d", SEED).containsExactly(x[i], within(1e-4f));
    }
  }

  @Test
  void aRotationHeldToTheIdentityDoesLittleHarmInDirectionsThatThePairsDoNotShow() {
    float[][] x = gaussian(60, 0);
    float[][] y = new float[x.length][];
    for (int i = 0; i < x.length; i++) {
      // What the pairs are about lies in the first half, where the languages are turned apart.
      for (int j = DIMENSION / 2; j < DIMENSION; j++) {
        x[i][j] *= 0.05f;
      }
      y[i] = x[i].clone();
      y[i][0] = 0.8f * x[i][0] + 0.6f * x[i][1];
      y[i][1] = 0.8f * x[i][1] - 0.6f * x[i][0];
      for (int j = 0; j < DIMENSION; j++) {
        y[i][j] += 0.3f * (float) random.nextGaussian();
      }
    }
    float[][] elsewhere = gaussian(60, 0);
    for (float[] row : elsewhere) {
      for (int j = 0; j < DIMENSION / 2; j++) {
        row[j] = 0;
      }
    }
    LinearMap anchored = AffineFit.anchored(x, y, 1);
    LinearMap free = AffineFit.procrustes(x, y);
    assertThat(meanCosine(elsewhere, elsewhere, anchored::apply))
        .as("seed %d", SEED)
        .isGreaterThan(0.95)
        .isGreaterThan(meanCosine(elsewhere, elsewhere, free::apply));
    assertThat(meanCosine(x, y, anchored::apply))
        .as("seed %d", SEED)
        .isGreaterThan(meanCosine(x, y, v -> v));
  }

  @Test
  void fewerCanonicalComponentsGiveAMapOfThatRank() {
    float[][] x = gaussian(400, 0);
    float[][] y = new float[x.length][];
    for (int i = 0; i < x.length; i++) {
      y[i] = rotate(x[i]);
    }
    LinearMap map = AffineFit.canonical(x, y, 1, 1e-6);
    float[] first = difference(map.apply(x[0]), map.apply(x[1]));
    float[] second = difference(map.apply(x[2]), map.apply(x[3]));
    assertThat(Math.abs(cosine(first, second))).as("seed %d", SEED).isCloseTo(1, within(1e-4));
  }

  @Test
  void tooLittleDataIsRefusedWithACode() {
    float[][] few = gaussian(5, 0);
    assertThatThrownBy(() -> PostProcessingFit.centre(few))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("ISO-401");
    assertThatThrownBy(() -> AffineFit.procrustes(few, few)).hasMessageContaining("ISO-401");
    float[][] uniform = new float[50][DIMENSION];
    assertThatThrownBy(() -> PostProcessingFit.whiten(uniform, 0)).hasMessageContaining("ISO-402");
  }

  private float[][] gaussian(int rows, float shift) {
    float[][] x = new float[rows][DIMENSION];
    for (float[] row : x) {
      for (int i = 0; i < DIMENSION; i++) {
        row[i] = (float) random.nextGaussian() + shift;
      }
    }
    return x;
  }

  /** Swaps coordinates and signs: a rotation that is easy to read. */
  private static float[] rotate(float[] x) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[(i + 3) % x.length] = i % 2 == 0 ? -x[i] : x[i];
    }
    return y;
  }

  private static float[] mean(float[][] x, PostProcessingFit fit) {
    float[] mean = new float[DIMENSION];
    for (float[] row : x) {
      float[] p = fit.apply(row);
      for (int i = 0; i < DIMENSION; i++) {
        mean[i] += p[i] / x.length;
      }
    }
    return mean;
  }

  private static double meanCosine(float[][] x, float[][] y, UnaryOperator<float[]> map) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += cosine(map.apply(x[i]), y[i]) / x.length;
    }
    return sum;
  }

  private static float[] difference(float[] a, float[] b) {
    float[] d = new float[a.length];
    for (int i = 0; i < d.length; i++) {
      d[i] = a[i] - b[i];
    }
    return d;
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }
}
