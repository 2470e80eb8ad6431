package org.isogloss.encoder.encode;

import java.util.List;
import org.isogloss.encoder.space.View;

/**
 * A sentence's vectors, one per view asked for.
 *
 * @param tokens how many tokens went through the model, special tokens included
 * @param truncated whether the sentence was longer than the limit
 */
public record Encoded(List<SentenceVector> vectors, int tokens, boolean truncated)
    implements EncodeOutcome {
  public Encoded {
    vectors = List.copyOf(vectors);
    if (vectors.isEmpty()) {
      throw new IllegalArgumentException("no vector");
    }
  }

  /** The vector of that view, which must have been asked for. */
  public SentenceVector vector(View view) {
    for (SentenceVector vector : vectors) {
      if (vector.provenance().view() == view) {
        return vector;
      }
    }
    throw new IllegalArgumentException("view " + view + " was not asked for");
  }
}
