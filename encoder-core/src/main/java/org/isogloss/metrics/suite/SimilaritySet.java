package org.isogloss.metrics.suite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  /** The items that two languages share; those of both stand in the order of the left's. */
  public record Aligned(
      String left, String right, List<ScoredPair> leftItems, List<ScoredPair> rightItems) {}

  /**
   * Every pair of languages, left before right, that has ids in common. An item that only one of
   * them has is left out: translations of a set often lack a few.
   */
  public List<Aligned> alignedPairs() {
    List<Aligned> pairs = new ArrayList<>();
    for (String left : items.keySet()) {
      for (Map.Entry<String, List<ScoredPair>> right : items.tailMap(left + "\0").entrySet()) {
        Map<String, ScoredPair> byId = new HashMap<>();
        right.getValue().forEach(item -> byId.put(item.id(), item));
        List<ScoredPair> leftItems =
            items.getOrDefault(left, List.of()).stream()
                .filter(item -> byId.containsKey(item.id()))
                .toList();
        if (!leftItems.isEmpty()) {
          List<ScoredPair> rightItems = new ArrayList<>();
          leftItems.forEach(item -> rightItems.add(Objects.requireNonNull(byId.get(item.id()))));
          pairs.add(new Aligned(left, right.getKey(), leftItems, List.copyOf(rightItems)));
        }
      }
    }
    return List.copyOf(pairs);
  }
}
