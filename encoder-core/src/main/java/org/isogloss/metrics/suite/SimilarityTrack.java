package org.isogloss.metrics.suite;

import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Scored pairs whose first sentence is of one language and whose second of another, or the same.
 *
 * @param name set and track, such as {@code sts17/track2}
 */
public record SimilarityTrack(String name, String left, String right, List<ScoredPair> items)
    implements EvaluationSet {
  public SimilarityTrack {
    items = List.copyOf(items);
  }

  @Override
  public SortedSet<String> languages() {
    return new TreeSet<>(Arrays.asList(left, right));
  }
}
