package org.isogloss.mining;

/**
 * What is mined.
 *
 * @param k how many neighbours make a neighbourhood; with fewer rows on a side, that many
 * @param threshold pairs scored below are left out
 */
public record MiningOptions(int k, Margin margin, Retrieval retrieval, double threshold) {
  /** LASER's defaults: k = 4, ratio, max, no threshold. */
  public static final MiningOptions DEFAULT = new MiningOptions(4, Margin.RATIO, Retrieval.MAX, 0);

  public MiningOptions {
    if (k < 1 || Double.isNaN(threshold)) {
      throw new IllegalArgumentException("k %d, threshold %s".formatted(k, threshold));
    }
  }
}
