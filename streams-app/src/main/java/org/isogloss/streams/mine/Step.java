package org.isogloss.streams.mine;

/** Where a scope stands in its life. The codes stand in the store. */
enum Step {
  /** {@code OPEN}: rows are collected. */
  COLLECTING(0),
  /** {@code SEALING}: rows from behind the seal, that came before it was known, are taken out. */
  TRIMMING(1),
  /** {@code SEALING}: the count is not reached yet. */
  AWAITING(2),
  /** {@code SEALING}: the count is reached; the languages are being found out. */
  PLANNING(3),
  /** {@code SEALING}: pair after pair is mined and written. */
  MINING(4),
  /** {@code SEALED}: its rows are being deleted. */
  CLEARING(5),
  /** {@code SEALED}: nothing is left to do. */
  DONE(6);

  private final int code;

  Step(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static Step of(int code) {
    for (Step step : values()) {
      if (step.code == code) {
        return step;
      }
    }
    throw new IllegalStateException("no step has the code " + code);
  }

  /** Whether the miner has something to do without anything arriving. */
  boolean isBusy() {
    return switch (this) {
      case COLLECTING, AWAITING, DONE -> false;
      case TRIMMING, PLANNING, MINING, CLEARING -> true;
    };
  }

  /** Whether the scope's rows are final. */
  boolean isComplete() {
    return switch (this) {
      case COLLECTING, TRIMMING, AWAITING -> false;
      case PLANNING, MINING, CLEARING, DONE -> true;
    };
  }
}
