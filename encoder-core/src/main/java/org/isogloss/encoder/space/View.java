package org.isogloss.encoder.space;

/** Which modules a vector was made with. */
public enum View {
  /** The language module only. */
  MONOLINGUAL,
  /**
   * The language module and the alignment module towards the pivot. Without an alignment module
   * this view equals the monolingual one and says so in its provenance.
   */
  CROSS_LINGUAL
}
