package org.isogloss.it.replay;

import java.util.Map;
import java.util.Optional;
import org.isogloss.schemas.record.Embedding;

/** What embeddings must hold. */
@FunctionalInterface
public interface ExpectedVectors {
  /** Nothing is compared. */
  ExpectedVectors ANY = embedding -> Optional.empty();

  /**
   * Its vector, of unit length; empty if it is not compared.
   *
   * @throws IllegalStateException if there cannot be such an embedding
   */
  Optional<float[]> of(Embedding embedding);

  /** By text alone, whatever made the vector; other texts are not compared. */
  static ExpectedVectors byText(Map<String, float[]> vectors) {
    return embedding -> Optional.ofNullable(vectors.get(embedding.getText()));
  }
}
