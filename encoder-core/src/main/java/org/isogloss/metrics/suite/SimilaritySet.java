package org.isogloss.metrics.suite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Similarity or relatedness: scored pairs, each language for itself. Where two languages have the
 * same ids, they also make a cross-lingual set of both directions.
 *
 * @param items by language, in the file's order
 */
public record SimilaritySet(String name, Split split, SortedMap<String, List<ScoredPair>> items)
    implements EvaluationSet {
  public SimilaritySet {
    TreeMap<String, List<ScoredPair>> copy = new TreeMap<>();
    items.forEach((language, pairs) -> copy.put(language, List.copyOf(pairs)));
    items = Collections.unmodifiableSortedMap(copy);
  }

  @Override
  public SortedSet<String> languages() {
    return new TreeSet<>(items.keySet());
  }

  /** One pair of languages with the same ids; the items of both stand in the same order of ids. */
  public record Aligned(
      String left, String right, List<ScoredPair> leftItems, List<ScoredPair> rightItems) {}

  /** Every pair of languages, left before right, whose ids are the same. */
  public List<Aligned> alignedPairs() {
    List<Aligned> pairs = new ArrayList<>();
    for (String left : items.keySet()) {
      List<ScoredPair> leftItems = items.getOrDefault(left, List.of());
      Set<String> ids = new HashSet<>();
      leftItems.forEach(item -> ids.add(item.id()));
      for (Map.Entry<String, List<ScoredPair>> entry : items.tailMap(left + "\0").entrySet()) {
        Map<String, ScoredPair> byId = new TreeMap<>();
        entry.getValue().forEach(item -> byId.put(item.id(), item));
        if (byId.keySet().equals(ids)) {
          List<ScoredPair> rightItems = new ArrayList<>();
          leftItems.forEach(item -> rightItems.add(Objects.requireNonNull(byId.get(item.id()))));
          pairs.add(new Aligned(left, entry.getKey(), leftItems, List.copyOf(rightItems)));
        }
      }
    }
    return List.copyOf(pairs);
  }
}
