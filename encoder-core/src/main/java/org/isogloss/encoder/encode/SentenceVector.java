package org.isogloss.encoder.encode;

import org.isogloss.encoder.space.Provenance;

/**
 * One vector of one sentence. The array is not copied: whoever makes it gives it away, and nobody
 * writes to it afterwards.
 */
public final class SentenceVector {
  private final Provenance provenance;
  private final float[] values;

  /**
   * @param values {@code [dimension]}, of unit length
   */
  public SentenceVector(Provenance provenance, float[] values) {
    this.provenance = provenance;
    this.values = values;
  }

  public Provenance provenance() {
    return provenance;
  }

  /** {@code [dimension]}, of unit length; read only. */
  public float[] values() {
    return values;
  }
}
