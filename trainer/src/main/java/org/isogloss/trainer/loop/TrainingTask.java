package org.isogloss.trainer.loop;

import org.isogloss.encoder.engine.TrainableLanguage;

/** What is learnt. Called by the loop's thread alone. */
public interface TrainingTask {
  /** What learns. */
  TrainableLanguage learner();

  /** The tokens of every example, its sentences together: what its batch's budget counts. */
  int[] exampleTokens();

  /** How examples of several sources come together. */
  default Mixture mixture() {
    return Mixture.NONE;
  }

  /**
   * Gathers the gradients of a batch.
   *
   * @param examples their numbers
   * @param step from 0; all that is drawn must depend on it and on the seed alone
   */
  TrainableLanguage.BatchLoss accumulate(int[] examples, long step);

  /** A score of the held-out data as the learner is now; more is better. */
  double score();

  /** What the score is, for people and for the manifest, such as {@code dev_accuracy}. */
  String scoreName();

  /** Identifies data and settings: only a run of the same goes on from a checkpoint. */
  String fingerprint();
}
