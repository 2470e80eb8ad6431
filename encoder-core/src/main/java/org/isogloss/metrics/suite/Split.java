package org.isogloss.metrics.suite;

import java.util.Locale;

/** Which part of a set: modules may be chosen on DEV, and are measured on TEST. */
public enum Split {
  TRAIN,
  DEV,
  TEST;

  /** As in file names: {@code test}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
