package org.isogloss.streams.sample;

/** Two sentences, by their ids, of which one translates the other. */
public record SamplePair(String sourceId, String targetId) {
  /** The same pair seen from the other side. */
  public SamplePair reversed() {
    return new SamplePair(targetId, sourceId);
  }
}
