package org.isogloss.trainer.fit;

/** Hears how encoding goes on. */
@FunctionalInterface
public interface FitListener {
  /**
   * @param what is encoded, for people
   */
  void progressed(String what, int done, int total);

  /** Hears nothing. */
  static FitListener silent() {
    return (what, done, total) -> {};
  }
}
