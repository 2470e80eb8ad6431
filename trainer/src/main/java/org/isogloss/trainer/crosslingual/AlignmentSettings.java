package org.isogloss.trainer.crosslingual;

import org.isogloss.encoder.module.AdapterShape;
import org.isogloss.trainer.stage.StageSettings;

/**
 * How an alignment is trained.
 *
 * @param parallelLoss for translations
 * @param paraphraseLoss for paraphrases
 * @param temperature τ of softmaxes over cosines
 * @param sameFrom English vectors as close to each other as this cosine are not told apart
 * @param affineLearns whether the affine map goes on learning too
 * @param stage what every stage has; examples are pairs
 */
public record AlignmentSettings(
    Strategy strategy,
    AlignmentLoss parallelLoss,
    AlignmentLoss paraphraseLoss,
    double temperature,
    double sameFrom,
    AdapterShape adapter,
    AffineStart start,
    boolean affineLearns,
    StageSettings stage) {
  public AlignmentSettings {
    if (!(temperature > 0) || !(sameFrom > 0)) {
      throw new IllegalArgumentException(
          "temperature %s, same from %s".formatted(temperature, sameFrom));
    }
    if (affineLearns && start == AffineStart.ZERO) {
      throw new IllegalArgumentException("no affine map that could learn");
    }
  }
}
