package org.isogloss.it.faults;

/** How sentences come. */
enum Traffic {
  STEADY(1, 0.025),
  POISONED(1, 0.9),
  ONE_LANGUAGE(4, 0.025),
  REPEATED(1, 0.025);

  private final int ofTheRate;
  private final double poisoned;

  Traffic(int ofTheRate, double poisoned) {
    this.ofTheRate = ofTheRate;
    this.poisoned = poisoned;
  }

  /** A multiple of the steady rate. */
  int ofTheRate() {
    return ofTheRate;
  }

  /** The share of poison. */
  double poisoned() {
    return poisoned;
  }
}
