package org.isogloss.trainer.focus;

import java.util.Locale;

/** How the rows of a new table are found. Special tokens are copied whichever it is. */
public enum StartMethod {
  /** Normal, with the mean and deviation of the backbone's rows in every component. */
  RANDOM,
  /** The mean of the backbone's rows, with their mean norm. */
  MEAN,
  /** Shared pieces copied, the others by similarity to shared ones. Learns from plain text. */
  FOCUS,
  /**
   * Shared pieces copied, the others by their translations; what has none by similarity, if there
   * is plain text. Learns from translations.
   */
  LEXICAL;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
