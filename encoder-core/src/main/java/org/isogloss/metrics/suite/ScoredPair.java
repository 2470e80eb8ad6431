package org.isogloss.metrics.suite;

/**
 * Two sentences and how alike people found them.
 *
 * @param score in [0, 5], on the set's own scale
 */
public record ScoredPair(String id, double score, String first, String second) {}
