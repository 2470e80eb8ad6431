package org.isogloss.streams.mine;

import java.util.Optional;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;

/** Whether a vector has a direction at all: without one it has no cosine with any other. */
final class VectorCheck {
  private static final double SHORTEST = 1e-6;

  private VectorCheck() {}

  /** What is wrong with the embedding's vector; empty where nothing is. */
  static Optional<String> fault(Embedding embedding) {
    float[] vector;
    try {
      vector =
          VectorBytes.decode(embedding.getVector(), embedding.getType(), embedding.getDimension());
    } catch (UndecodableRecordException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    double length = Math.sqrt(squares);
    if (!Double.isFinite(length)) {
      return Optional.of("a vector with values that are not finite");
    }
    return length < SHORTEST ? Optional.of("a vector of length zero") : Optional.empty();
  }
}
