package org.isogloss.metrics.suite;

import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Translations of two languages, to be found again. */
public record BitextSet(String name, String left, String right, List<Translation> items)
    implements EvaluationSet {
  public BitextSet {
    items = List.copyOf(items);
  }

  @Override
  public SortedSet<String> languages() {
    return new TreeSet<>(Arrays.asList(left, right));
  }
}
