package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.isogloss.mining.SimilarityBlocks;
import org.isogloss.mining.SimilarityCompatibilityKit;
import org.isogloss.mining.VectorMatrix;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TorchSimilarityTest {
  private static final TorchSimilarity ONEDNN = TorchSimilarity.open(TorchSimilarity.Kernel.ONEDNN);
  private static final TorchSimilarity ATEN = TorchSimilarity.open(TorchSimilarity.Kernel.ATEN);

  @AfterAll
  static void close() {
    ONEDNN.close();
    ATEN.close();
  }

  @Nested
  class WithOneDnn extends SimilarityCompatibilityKit {
    @Override
    protected SimilarityBlocks similarity() {
      return ONEDNN;
    }
  }

  @Nested
  class WithTorchMm extends SimilarityCompatibilityKit {
    @Override
    protected SimilarityBlocks similarity() {
      return ATEN;
    }
  }

  @Test
  void nothingStaysBehindWhenBlocksAreClosed() {
    try (VectorMatrix x = VectorMatrix.of(new float[][] {{1, 2}, {3, 4}})) {
      int before = ONEDNN.liveTensors();
      for (int i = 0; i < 200; i++) {
        ONEDNN.multiply(x, 0, 2, x, 0, 2).close();
        ONEDNN.multiply(x, 0, 0, x, 0, 2).close();
      }
      assertThat(ONEDNN.liveTensors()).isEqualTo(before);
      try (SimilarityBlocks.Block open = ONEDNN.multiply(x, 0, 2, x, 0, 2)) {
        assertThat(open.products().byteSize()).isEqualTo(16);
        assertThat(ONEDNN.liveTensors()).isEqualTo(before + 1);
      }
      assertThat(ONEDNN.liveTensors()).isEqualTo(before);
    }
  }
}
