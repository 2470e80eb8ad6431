package org.isogloss.streams.identify;

/** What an identifier found. */
public sealed interface Identification {
  /**
   * A language, found with confidence.
   *
   * @param language its code
   * @param confidence in {@code (0, 1]}
   */
  record Identified(String language, double confidence) implements Identification {
    public Identified {
      if (!(confidence > 0 && confidence <= 1)) {
        throw new IllegalArgumentException("no confidence: " + confidence);
      }
    }
  }

  /** None that one could stand for. */
  record Unidentified(String reason) implements Identification {}
}
