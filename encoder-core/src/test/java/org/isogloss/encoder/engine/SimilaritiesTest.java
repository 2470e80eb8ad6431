package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.isogloss.mining.SimdSimilarity;
import org.isogloss.mining.SimilarityBlocks;
import org.junit.jupiter.api.Test;

class SimilaritiesTest {
  @Test
  void aKindAskedForIsGivenForAnySize() {
    try (Similarities simd = new Similarities(SimilarityKind.SIMD);
        Similarities torch = new Similarities(SimilarityKind.TORCH)) {
      assertThat(simd.forSearch(1_000_000, 1_000_000, 768)).isInstanceOf(SimdSimilarity.class);
      assertThat(torch.forSearch(1, 1, 1)).isInstanceOf(TorchSimilarity.class);
    }
  }

  @Test
  void libtorchIsUsedWhereItRunsAndOpenedOnce() {
    try (Similarities auto = new Similarities(SimilarityKind.AUTO)) {
      SimilarityBlocks large = auto.forSearch(100_000, 100_000, 768);
      assertThat(large).isInstanceOf(TorchSimilarity.class);
      assertThat(TorchRuntime.isStarted()).isTrue();
      assertThat(auto.forSearch(1, 1, 1)).isSameAs(large);
    }
  }

  @Test
  void closedProductsAreGivenToNobody() {
    Similarities auto = new Similarities(SimilarityKind.AUTO);
    auto.close();
    auto.close();
    assertThatThrownBy(() -> auto.forSearch(1, 1, 1)).isInstanceOf(IllegalStateException.class);
  }
}
