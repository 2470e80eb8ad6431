package org.isogloss.it.replay;

import java.util.List;
import java.util.Map;

/**
 * What the audit counted.
 *
 * @param deadLettersByCode of the stages route and encode
 * @param unfinished sentences with nothing committed yet for them, or not for every view
 * @param violations what no waiting can mend, in words; empty: exactly once holds
 */
public record AuditReport(
    int sentences,
    int embeddings,
    Map<String, Integer> deadLettersByCode,
    List<Place> unfinished,
    List<String> violations) {
  public AuditReport {
    deadLettersByCode = Map.copyOf(deadLettersByCode);
    unfinished = List.copyOf(unfinished);
    violations = List.copyOf(violations);
  }

  /** Dead letters of the stages route and encode. */
  public int deadLetters() {
    return deadLettersByCode.values().stream().mapToInt(Integer::intValue).sum();
  }
}
