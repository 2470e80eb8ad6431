package org.isogloss.trainer.crosslingual;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.isogloss.encoder.engine.Objective;
import org.isogloss.encoder.engine.VectorBank;

/** What draws a sentence to its English vector. */
public enum AlignmentLoss {
  /** 1 − cosine (the paper's for translations). */
  COSINE,
  /** Squared error of the vectors before they are brought to unit length. */
  SQUARED,
  /** Contrastive within the batch, in both directions (the paper's for paraphrases). */
  CONTRASTIVE,
  /** Softmax over all English vectors of the data. */
  BANK,
  /** {@link #CONTRASTIVE} and {@link #COSINE}. */
  CONTRASTIVE_COSINE,
  /** {@link #BANK} and {@link #COSINE}. */
  BANK_COSINE;

  /** As a user names it, such as {@code bank-cosine}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The loss of a batch.
   *
   * @param alsoRight per sentence, what of the bank is right beside its target
   * @param hardNegatives of contrastive losses, from the bank
   */
  Objective of(
      VectorBank bank,
      List<Integer> targets,
      List<Set<Integer>> alsoRight,
      double scale,
      double sameFrom,
      int hardNegatives) {
    return switch (this) {
      case COSINE -> new Objective.Cosine(bank, targets);
      case SQUARED -> new Objective.SquaredError(bank, targets);
      case CONTRASTIVE ->
          new Objective.InBatch(bank, targets, alsoRight, scale, sameFrom, true, hardNegatives);
      case BANK -> new Objective.WholeBank(bank, targets, alsoRight, scale, sameFrom);
      case CONTRASTIVE_COSINE ->
          sum(
              CONTRASTIVE.of(bank, targets, alsoRight, scale, sameFrom, hardNegatives),
              new Objective.Cosine(bank, targets));
      case BANK_COSINE ->
          sum(
              BANK.of(bank, targets, alsoRight, scale, sameFrom, hardNegatives),
              new Objective.Cosine(bank, targets));
    };
  }

  private static Objective sum(Objective first, Objective second) {
    return new Objective.Sum(List.of(new Objective.Term(1, first), new Objective.Term(1, second)));
  }
}
