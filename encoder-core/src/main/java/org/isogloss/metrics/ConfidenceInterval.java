package org.isogloss.metrics;

/**
 * A 95 % interval of a single score from the score and the number of its items alone, by closed
 * forms. For differences of two systems see {@link PairedBootstrap}.
 *
 * @param low lower end, in the unit of the score
 * @param high upper end
 */
public record ConfidenceInterval(double low, double high) {
  /** The normal distribution's 97.5 % quantile. */
  private static final double Z = 1.959963984540054;

  public ConfidenceInterval {
    if (!(low <= high)) {
      throw new IllegalArgumentException("from " + low + " to " + high);
    }
  }

  /**
   * Of a share of items (Wilson, JASA 1927): it stays within 0..100 and keeps its width at the
   * ends, where small sets have their scores.
   *
   * @param percent 0..100
   * @param items at least 1
   */
  public static ConfidenceInterval ofShare(double percent, int items) {
    if (!(percent >= 0 && percent <= 100) || items < 1) {
      throw new IllegalArgumentException(percent + " % of " + items);
    }
    double p = percent / 100;
    double zz = Z * Z / items;
    double centre = (p + zz / 2) / (1 + zz);
    double half = Z * Math.sqrt(p * (1 - p) / items + zz / (4 * items)) / (1 + zz);
    return new ConfidenceInterval(
        100 * Math.max(0, centre - half), 100 * Math.min(1, centre + half));
  }

  /**
   * Of Spearman's correlation, by Fisher's transformation with the variance of Bonett and Wright
   * (Psychometrika 2000).
   *
   * @param hundredfold 100 · Spearman
   * @param items at least 4
   */
  public static ConfidenceInterval ofSpearman(double hundredfold, int items) {
    double r = hundredfold / 100;
    if (!(r >= -1 && r <= 1) || items < 4) {
      throw new IllegalArgumentException(hundredfold + " of " + items);
    }
    double z = 0.5 * Math.log((1 + r) / (1 - r));
    double half = Z * Math.sqrt((1 + r * r / 2) / (items - 3));
    return new ConfidenceInterval(100 * Math.tanh(z - half), 100 * Math.tanh(z + half));
  }
}
