package org.isogloss.streams.evaluate;

import java.util.List;
import java.util.Set;
import org.isogloss.encoder.space.View;

/** A way of encoding the sentences of a suite. */
public interface SuiteEncoding {
  /**
   * A sentence without a vector.
   *
   * @param text normalised
   * @param views those that are to be encoded
   */
  record Need(String language, String text, Set<View> views) {
    public Need {
      views = Set.copyOf(views);
    }
  }

  /** Takes vectors, in any order, on the thread that encodes. */
  @FunctionalInterface
  interface Sink {
    /**
     * @param space the id of the vector's space
     */
    void accept(Need need, View view, String space, float[] vector, VectorOrigin origin);
  }

  /** How the vectors come to be, as the run's record says it: {@code direct} or {@code workers}. */
  String route();

  /**
   * Encodes them all.
   *
   * @param name of the run
   * @throws org.isogloss.error.IsoglossException for a sentence that cannot be encoded, with the
   *     code of the reason: a suite is measured whole or not at all
   */
  void encode(String name, List<Need> needs, Sink sink);
}
