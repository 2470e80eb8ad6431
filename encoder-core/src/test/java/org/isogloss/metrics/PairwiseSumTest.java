package org.isogloss.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PairwiseSumTest {
  /** {@code i = numpy.arange(n); numpy.sum((i * 0.1 - 3) * (i % 7 - 2.3))}. */
  @Test
  void itIsNumpysSumToTheBit() {
    assertThat(sum(0)).isEqualTo(0.0);
    assertThat(sum(1)).isEqualTo(6.8999999999999995);
    assertThat(sum(5)).isEqualTo(5.199999999999997);
    assertThat(sum(8)).isEqualTo(-5.140000000000006);
    assertThat(sum(13)).isEqualTo(-11.140000000000006);
    assertThat(sum(128)).isEqualTo(302.3600000000001);
    assertThat(sum(129)).isEqualTo(299.4200000000002);
    assertThat(sum(384)).isEqualTo(4388.920000000002);
    assertThat(sum(768)).isEqualTo(18942.860000000008);
    assertThat(sum(1000)).isEqualTo(32974.40000000001);
  }

  private static double sum(int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = (i * 0.1 - 3) * (i % 7 - 2.3);
    }
    return PairwiseSum.of(values);
  }
}
