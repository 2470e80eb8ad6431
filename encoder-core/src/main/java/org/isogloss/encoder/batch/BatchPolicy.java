package org.isogloss.encoder.batch;

import java.time.Duration;

/**
 * How micro-batches are cut.
 *
 * @param tokenBudget bound on a micro-batch's cost in tokens. A single sentence over the budget
 *     goes alone
 * @param linger how long a sentence may wait for mates before its micro-batch is cut short of the
 *     budget
 * @param lookAhead how many of the oldest waiting sentences are sorted by length to be cut together
 * @param maxPassedOver how many micro-batches may be cut while a sentence waits within the
 *     look-ahead, before it must be in the next
 */
public record BatchPolicy(int tokenBudget, Duration linger, int lookAhead, int maxPassedOver) {
  public BatchPolicy {
    if (tokenBudget < 1 || lookAhead < 1 || maxPassedOver < 0 || linger.isNegative()) {
      throw new IllegalArgumentException(
          "tokenBudget %d, linger %s, lookAhead %d, maxPassedOver %d"
              .formatted(tokenBudget, linger, lookAhead, maxPassedOver));
    }
  }
}
