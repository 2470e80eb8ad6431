package org.isogloss.encoder.backbone;

/** Hears what fetching a model does, for people. */
@FunctionalInterface
public interface FetchListener {
  /** A new step, such as {@code converting}. */
  void step(String description);

  /** Hears nothing. */
  static FetchListener silent() {
    return description -> {};
  }
}
