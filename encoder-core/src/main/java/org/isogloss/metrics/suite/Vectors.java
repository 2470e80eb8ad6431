package org.isogloss.metrics.suite;

import org.isogloss.encoder.space.View;

/** Where a scorer finds the vectors of a suite's sentences. */
public interface Vectors {
  /**
   * The vector of a sentence, {@code [dimension]}. All vectors of one view of a run lie in spaces
   * that may be compared; whoever supplies them sees to it.
   *
   * @throws org.isogloss.error.IsoglossException if the sentence has none
   */
  float[] vector(String language, String text, View view);
}
