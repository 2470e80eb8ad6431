package org.isogloss.mining;

import java.util.Comparator;

/**
 * Two rows that are taken for translations.
 *
 * @param score by the margin asked for
 */
public record MinedPair(double score, double cosine, int sourceRow, int targetRow) {
  /** Best first; equal scores by source row, then target row. */
  static final Comparator<MinedPair> BEST_FIRST =
      Comparator.comparingDouble(MinedPair::score)
          .reversed()
          .thenComparingInt(MinedPair::sourceRow)
          .thenComparingInt(MinedPair::targetRow);
}
