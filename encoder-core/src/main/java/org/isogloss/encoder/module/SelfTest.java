package org.isogloss.encoder.module;

import java.util.List;

/**
 * A reference sentence and the vector it must get before the module may serve.
 *
 * @param vector {@code [dimension]}, unit length; of the monolingual view for a language module, of
 *     the cross-lingual view for an alignment module
 */
public record SelfTest(String text, List<Float> vector) {
  public SelfTest {
    vector = List.copyOf(vector);
    if (text.isBlank() || vector.isEmpty()) {
      throw new IllegalArgumentException("a self-test needs a text and a vector");
    }
  }
}
