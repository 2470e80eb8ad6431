package org.isogloss.encoder.module;

/** What a language module does to the pooled vector: p = P (m − μ). */
public enum PostProcessing {
  /** p = m. */
  NONE,
  /** p = m − μ. */
  CENTRE,
  /** p = P (m − μ). */
  WHITEN
}
