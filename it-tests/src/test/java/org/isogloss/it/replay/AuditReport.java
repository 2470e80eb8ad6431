package org.isogloss.it.replay;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the audit counted.
 *
 * @param refused the code of the dead letter of each sentence that has one of the stages route and
 *     encode
 * @param unfinished sentences with nothing committed yet for them, or not for every view
 * @param violations what no waiting can mend, in words; empty: exactly once holds
 */
public record AuditReport(
    int sentences,
    int embeddings,
    Map<Place, String> refused,
    List<Place> unfinished,
    List<String> violations) {
  public AuditReport {
    refused = Map.copyOf(refused);
    unfinished = List.copyOf(unfinished);
    violations = List.copyOf(violations);
  }

  /** How many sentences were refused with each code. */
  public Map<String, Integer> refusedByCode() {
    Map<String, Integer> counts = new TreeMap<>();
    refused.values().forEach(code -> counts.merge(code, 1, Integer::sum));
    return counts;
  }

  @Override
  public String toString() {
    return "%d sentences, %d embeddings, %d refused %s, %d unfinished, %d violations"
        .formatted(
            sentences,
            embeddings,
            refused.size(),
            refusedByCode(),
            unfinished.size(),
            violations.size());
  }
}
