package org.isogloss.encoder.batch;

/** What a micro-batch costs, in tokens. */
public enum BatchCost {
  /** Rows times the longest: an engine that pads. */
  PADDED,
  /** The sum of the rows: an engine that runs on real tokens only. */
  PACKED;

  long of(int rows, int longest, long sum) {
    return switch (this) {
      case PADDED -> (long) rows * longest;
      case PACKED -> sum;
    };
  }
}
