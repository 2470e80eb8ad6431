package org.isogloss.mining;

class ScalarSimilarityTest extends SimilarityCompatibilityKit {
  @Override
  protected SimilarityBlocks similarity() {
    return new ScalarSimilarity();
  }
}
