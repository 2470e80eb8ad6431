package org.isogloss.streams.mine;

import java.util.List;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.ScopeSealed;

/**
 * What was mined in a scope.
 *
 * @param sealed the scope's summary
 * @param pairs all its pairs, best first within two languages
 */
public record ScopePairs(ScopeSealed sealed, List<Pair> pairs) {
  public ScopePairs {
    pairs = List.copyOf(pairs);
  }
}
