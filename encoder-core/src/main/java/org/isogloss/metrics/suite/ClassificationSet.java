package org.isogloss.metrics.suite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Topics. Where languages share ids it is a multi-parallel corpus besides.
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

  /** All splits of a language, ordered by id. */
  public List<LabelledText> corpus(String language) {
    return List.copyOf(byId(language).values());
  }

  private TreeMap<String, LabelledText> byId(String language) {
    TreeMap<String, LabelledText> byId = new TreeMap<>();
    items
        .getOrDefault(language, Map.of())
        .values()
        .forEach(texts -> texts.forEach(t -> byId.put(t.id(), t)));
    return byId;
  }

  /** The items that two languages share, ordered by id: those of both are translations. */
  public record Aligned(
      String left, String right, List<LabelledText> leftItems, List<LabelledText> rightItems) {}

  /**
   * Every pair of these languages, left before right, whose texts are translations by their ids: an
   * item that only one of them has is left out. A pair that shares less than half of the smaller
   * side, or an id whose labels differ, merely numbers its own texts and is no corpus.
   */
  public List<Aligned> alignedPairs(Collection<String> languages) {
    TreeMap<String, TreeMap<String, LabelledText>> corpora = new TreeMap<>();
    languages.forEach(language -> corpora.put(language, byId(language)));
    List<Aligned> pairs = new ArrayList<>();
    corpora.forEach(
        (left, leftItems) ->
            corpora
                .tailMap(left, false)
                .forEach(
                    (right, rightItems) -> {
                      List<String> shared =
                          leftItems.keySet().stream().filter(rightItems::containsKey).toList();
                      if (areTranslations(leftItems, rightItems, shared)) {
                        pairs.add(
                            new Aligned(
                                left,
                                right,
                                chosen(leftItems, shared),
                                chosen(rightItems, shared)));
                      }
                    }));
    return List.copyOf(pairs);
  }

  private static boolean areTranslations(
      TreeMap<String, LabelledText> left,
      TreeMap<String, LabelledText> right,
      List<String> shared) {
    return !shared.isEmpty()
        && 2 * shared.size() >= Math.min(left.size(), right.size())
        && shared.stream()
            .allMatch(
                id ->
                    Objects.requireNonNull(left.get(id))
                        .label()
                        .equals(Objects.requireNonNull(right.get(id)).label()));
  }

  /** Whether all these languages have the same ids. */
  public boolean isParallel(Collection<String> languages) {
    return languages.stream().map(language -> byId(language).keySet()).distinct().count() <= 1;
  }

  private static List<LabelledText> chosen(TreeMap<String, LabelledText> items, List<String> ids) {
    return ids.stream().map(id -> Objects.requireNonNull(items.get(id))).toList();
  }
}
