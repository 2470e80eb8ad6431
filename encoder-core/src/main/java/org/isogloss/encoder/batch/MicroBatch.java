package org.isogloss.encoder.batch;

import java.util.List;

/**
 * Sentences that go through the model together, ordered by language, then by length.
 *
 * @param tokens the sum of their tokens
 * @param longest tokens of the longest
 */
public record MicroBatch<T>(List<T> items, long tokens, int longest) {
  public MicroBatch {
    items = List.copyOf(items);
  }

  /** The share of a padded batch that is padding, in [0, 1). */
  public double padding() {
    return 1 - (double) tokens / ((long) items.size() * longest);
  }
}
