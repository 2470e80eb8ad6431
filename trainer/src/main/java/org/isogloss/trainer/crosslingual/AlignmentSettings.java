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
 * @param hardNegatives so many of the English vectors closest to a sentence join its batch's as
 *     negatives of contrastive losses
 * @param dropout share of the adapter's units that a batch leaves out
 * @param rootWeights whether sources of translations share an epoch by the roots of their sizes
 * @param interfaceShare at most this share of a batch is interface strings
 * @param affineLearns whether the affine map goes on learning too
 * @param stage what every stage has; examples are pairs
 */
public record AlignmentSettings(
    Strategy strategy,
    AlignmentLoss parallelLoss,
    AlignmentLoss paraphraseLoss,
    double temperature,
    double sameFrom,
    int hardNegatives,
    double dropout,
    boolean rootWeights,
    double interfaceShare,
    AdapterShape adapter,
    AffineStart start,
    boolean affineLearns,
    StageSettings stage) {
  public AlignmentSettings {
    if (!(temperature > 0) || !(sameFrom > 0)) {
      throw new IllegalArgumentException(
          "temperature %s, same from %s".formatted(temperature, sameFrom));
    }
    if (hardNegatives < 0
        || !(dropout >= 0 && dropout < 1)
        || !(interfaceShare > 0 && interfaceShare <= 1)) {
      throw new IllegalArgumentException(
          "%d hard negatives, dropout %s, interface strings %s"
              .formatted(hardNegatives, dropout, interfaceShare));
    }
    if (affineLearns && start == AffineStart.ZERO) {
      throw new IllegalArgumentException("no affine map that could learn");
    }
  }
}
