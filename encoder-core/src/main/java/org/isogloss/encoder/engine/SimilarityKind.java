package org.isogloss.encoder.engine;

/** Whose matrix products mining uses. The pairs are the same; see {@link Similarities}. */
public enum SimilarityKind {
  /** libtorch's where it runs already or the search is worth its start, and it is there at all. */
  AUTO,
  /** The Vector API's: nothing native to load. */
  SIMD,
  /** libtorch's. */
  TORCH
}
