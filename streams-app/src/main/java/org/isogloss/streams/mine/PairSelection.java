package org.isogloss.streams.mine;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.SortedSet;

/** Which languages of a scope are mined against which. */
public sealed interface PairSelection {
  /** Every language against English. */
  PairSelection DEFAULT = new AgainstPivot("en");

  /** The pairs to mine in a scope that holds these languages, in the order they are mined. */
  List<LanguagePair> choose(SortedSet<String> languages);

  /**
   * Every language of the scope, as source, against one.
   *
   * @param pivot the target, such as {@code en}
   */
  record AgainstPivot(String pivot) implements PairSelection {
    public AgainstPivot {
      if (pivot.isBlank()) {
        throw new IllegalArgumentException("no pivot");
      }
    }

    @Override
    public List<LanguagePair> choose(SortedSet<String> languages) {
      return languages.contains(pivot)
          ? languages.stream()
              .filter(language -> !language.equals(pivot))
              .map(language -> new LanguagePair(language, pivot))
              .toList()
          : List.of();
    }
  }

  /** These pairs, as far as both languages are there. */
  record Listed(List<LanguagePair> pairs) implements PairSelection {
    public Listed {
      pairs = List.copyOf(new LinkedHashSet<>(pairs));
    }

    @Override
    public List<LanguagePair> choose(SortedSet<String> languages) {
      return pairs.stream()
          .filter(pair -> languages.contains(pair.source()) && languages.contains(pair.target()))
          .toList();
    }
  }
}
