package org.isogloss.metrics.suite;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.isogloss.encoder.space.Digest;

/**
 * A suite of evaluation sets.
 *
 * @param digest of every file's name and content: two suites are the same only if it is equal
 * @param sets ordered by kind and name
 */
public record Suite(String name, Digest digest, List<EvaluationSet> sets) {
  public Suite {
    sets = List.copyOf(sets);
  }

  public SortedSet<String> languages() {
    SortedSet<String> languages = new TreeSet<>();
    sets.forEach(set -> languages.addAll(set.languages()));
    return languages;
  }
}
