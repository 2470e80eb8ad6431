package org.isogloss.encoder.batch;

import java.time.Duration;

/**
 * How micro-batches are cut.
 *
 * @param tokenBudget bound on a micro-batch's cost in tokens. A single sentence over the budget
 *     goes alone
 * @param linger how long the oldest sentence may wait for mates before its micro-batch is cut short
 *     of the budget
 * @param lookAhead how many of the oldest waiting sentences are sorted by length and may be cut
 *     together; it is also the bound on how many micro-batches can pass over a sentence
 * @param cost how the engine's work is counted
 */
public record BatchPolicy(int tokenBudget, Duration linger, int lookAhead, BatchCost cost) {
  public BatchPolicy {
    if (tokenBudget < 1 || lookAhead < 1 || linger.isNegative()) {
      throw new IllegalArgumentException(
          "tokenBudget %d, linger %s, lookAhead %d".formatted(tokenBudget, linger, lookAhead));
    }
  }
}
