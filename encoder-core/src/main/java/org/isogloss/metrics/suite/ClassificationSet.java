package org.isogloss.metrics.suite;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Topics. With the same ids in all languages it is a multi-parallel corpus besides.
 *
 * @param items by language and split, in the file's order
 */
public record ClassificationSet(
    String name, SortedMap<String, Map<Split, List<LabelledText>>> items) implements EvaluationSet {
  public ClassificationSet {
    TreeMap<String, Map<Split, List<LabelledText>>> copy = new TreeMap<>();
    items.forEach(
        (language, splits) -> {
          Map<Split, List<LabelledText>> inner = new EnumMap<>(Split.class);
          splits.forEach((split, texts) -> inner.put(split, List.copyOf(texts)));
          copy.put(language, Collections.unmodifiableMap(inner));
        });
    items = Collections.unmodifiableSortedMap(copy);
  }

  @Override
  public SortedSet<String> languages() {
    return new TreeSet<>(items.keySet());
  }

  /** The items of a language's split; empty if the suite has none. */
  public List<LabelledText> items(String language, Split split) {
    return items.getOrDefault(language, Map.of()).getOrDefault(split, List.of());
  }

  /** All splits of a language, ordered by id: row i of every aligned language is the same item. */
  public List<LabelledText> corpus(String language) {
    TreeMap<String, LabelledText> byId = new TreeMap<>();
    items
        .getOrDefault(language, Map.of())
        .values()
        .forEach(texts -> texts.forEach(t -> byId.put(t.id(), t)));
    return List.copyOf(byId.values());
  }

  /** The languages whose ids equal those of the first language. */
  public List<String> parallelLanguages() {
    if (items.isEmpty()) {
      return List.of();
    }
    List<String> ids = corpus(items.firstKey()).stream().map(LabelledText::id).toList();
    return items.keySet().stream()
        .filter(language -> corpus(language).stream().map(LabelledText::id).toList().equals(ids))
        .toList();
  }
}
