package org.isogloss.metrics;

import java.util.List;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Language bias: the drop of Spearman's correlation from bilingual sets, each for itself, to all of
 * them put together ("performance drop when switching from bilingual to multilingual evaluation on
 * the concatenation of all bilingual datasets", Modular Sentence Encoders, ACL 2025). Lower is
 * better; a single set has none.
 *
 * <p>A set that admits no correlation of its own (a single item, constant scores) is left out, of
 * the mean and of what is put together, so that both rest on the same items.
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
   * The sets that admit a correlation, in their order: those that a bias rests on.
   *
   * @param sets one per direction of each bilingual pair
   */
  public static List<ScoredSet> defined(List<ScoredSet> sets) {
    return sets.stream().filter(LanguageBias::isDefined).toList();
  }

  private static boolean isDefined(ScoredSet set) {
    return varies(set.cosines()) && varies(set.gold());
  }

  private static boolean varies(double[] values) {
    for (double value : values) {
      if (value != values[0]) {
        return true;
      }
    }
    return false;
  }

  /**
   * 100 · (mean over sets of Spearman − Spearman of all sets put together), in points.
   *
   * @param all one per direction of each bilingual pair
   * @throws IsoglossException DEGENERATE_SET if none of them admits a correlation
   */
  public static double of(List<ScoredSet> all) {
    List<ScoredSet> sets = defined(all);
    if (sets.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.DEGENERATE_SET,
          "none of the %d sets of a language bias admits a correlation".formatted(all.size()));
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
