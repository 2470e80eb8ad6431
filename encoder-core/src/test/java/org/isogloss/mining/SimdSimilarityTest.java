package org.isogloss.mining;

class SimdSimilarityTest extends SimilarityCompatibilityKit {
  @Override
  protected SimilarityBlocks similarity() {
    return new SimdSimilarity();
  }
}
