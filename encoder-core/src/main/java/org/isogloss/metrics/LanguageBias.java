package org.isogloss.metrics;

import java.util.List;

/**
 * Language bias: the drop of Spearman's correlation from bilingual sets, each for itself, to all of
 * them put together ("performance drop when switching from bilingual to multilingual evaluation on
 * the concatenation of all bilingual datasets", Modular Sentence Encoders, ACL 2025). Lower is
 * better; a single set has none.
 */
public final class LanguageBias {
  private LanguageBias() {}

  /**
   * One set of scored pairs.
   *
   * @param cosines of the pairs, given away and not changed afterwards
   * @param gold their human scores, as many
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record ScoredSet(double[] cosines, double[] gold) {
    public ScoredSet {
      if (cosines.length != gold.length) {
        throw new IllegalArgumentException(cosines.length + " cosines, " + gold.length + " scores");
      }
    }
  }

  /**
   * 100 · (mean over sets of Spearman − Spearman of all sets put together), in points.
   *
   * @param sets one per direction of each bilingual pair
   */
  public static double of(List<ScoredSet> sets) {
    if (sets.isEmpty()) {
      throw new IllegalArgumentException("no set");
    }
    double mean = 0;
    int total = 0;
    for (ScoredSet set : sets) {
      mean += Correlation.spearman(set.cosines(), set.gold()) / sets.size();
      total += set.gold().length;
    }
    double[] cosines = new double[total];
    double[] gold = new double[total];
    int at = 0;
    for (ScoredSet set : sets) {
      System.arraycopy(set.cosines(), 0, cosines, at, set.cosines().length);
      System.arraycopy(set.gold(), 0, gold, at, set.gold().length);
      at += set.gold().length;
    }
    return 100 * (mean - Correlation.spearman(cosines, gold));
  }
}
