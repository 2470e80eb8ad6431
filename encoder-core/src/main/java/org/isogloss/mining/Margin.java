package org.isogloss.mining;

/**
 * How a cosine is held against its neighbourhood (Artetxe and Schwenk, "Margin-based Parallel
 * Corpus Mining", ACL 2019, section 3.1). c is the cosine of a pair, m the mean of both sides'
 * k-nearest averages.
 */
public enum Margin {
  /** c / m. */
  RATIO,
  /** c − m. */
  DISTANCE,
  /** c. */
  ABSOLUTE;

  double score(double cosine, double neighbourhood) {
    return switch (this) {
      case RATIO -> cosine / neighbourhood;
      case DISTANCE -> cosine - neighbourhood;
      case ABSOLUTE -> cosine;
    };
  }
}
