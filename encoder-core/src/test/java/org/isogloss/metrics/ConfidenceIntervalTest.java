package org.isogloss.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfidenceIntervalTest {
  private static final double[] WILSON_10_OF_100 = {5.522913706067508, 17.436566150491345};
  private static final double[] WILSON_167_OF_168 = {96.70582120591853, 99.89484846903498};
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);

  @Test
  void aShareHasWilsonsInterval() {
    // scipy.stats.binomtest(10, 100).proportion_ci(method="wilson"), likewise 167 of 168.
    assertInterval(ConfidenceInterval.ofShare(10, 100), WILSON_10_OF_100);
    assertInterval(ConfidenceInterval.ofShare(100 * 167 / 168.0, 168), WILSON_167_OF_168);
  }

  @Test
  void aShareNeverLeavesItsBoundsAndIsNeverCertain() {
    ConfidenceInterval all = ConfidenceInterval.ofShare(100, 20);
    assertThat(all.high()).isEqualTo(100);
    assertThat(all.low()).isLessThan(95);
    ConfidenceInterval none = ConfidenceInterval.ofShare(0, 20);
    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(100 - all.low(), within(1e-9));
  }

  @Test
  void theIntervalOfSpearmanHoldsTheTruthAboutNineteenTimesInTwenty() {
    // A bivariate normal of correlation r has Spearman's 6/π·asin(r/2).
    double r = 0.6;
    double truth = 600 / Math.PI * Math.asin(r / 2);
    Random random = new Random(SEED);
    int held = 0;
    int rounds = 2_000;
    for (int round = 0; round < rounds; round++) {
      double[] x = new double[60];
      double[] y = new double[60];
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextGaussian();
        y[i] = r * x[i] + Math.sqrt(1 - r * r) * random.nextGaussian();
      }
      ConfidenceInterval interval =
          ConfidenceInterval.ofSpearman(100 * Correlation.spearman(x, y), x.length);
      held += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
    }
    assertThat(held / (double) rounds).as("seed %d", SEED).isBetween(0.93, 0.97);
  }

  @Test
  void aPerfectCorrelationIsNotNaN() {
    ConfidenceInterval perfect = ConfidenceInterval.ofSpearman(100, 10);
    assertThat(perfect.low()).isEqualTo(100);
    assertThat(perfect.high()).isEqualTo(100);
    assertThat(ConfidenceInterval.ofSpearman(-100, 10).high()).isEqualTo(-100);
  }

  @Test
  void whatIsNoScoreIsRefused() {
    assertThatThrownBy(() -> ConfidenceInterval.ofShare(101, 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ConfidenceInterval.ofShare(Double.NaN, 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ConfidenceInterval.ofSpearman(50, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertInterval(ConfidenceInterval interval, double[] expected) {
    assertThat(interval.low()).isCloseTo(expected[0], within(1e-9));
    assertThat(interval.high()).isCloseTo(expected[1], within(1e-9));
  }
}
