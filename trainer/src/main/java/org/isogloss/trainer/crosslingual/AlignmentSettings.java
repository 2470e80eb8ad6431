package org.isogloss.trainer.crosslingual;

import java.util.Optional;
import org.isogloss.encoder.engine.OptimiserOptions;
import org.isogloss.encoder.module.AdapterShape;
import org.isogloss.trainer.loop.LoopSettings;

/**
 * How an alignment is trained.
 *
 * @param parallelLoss for translations
 * @param paraphraseLoss for paraphrases
 * @param temperature τ of softmaxes over cosines
 * @param sameFrom English vectors as close to each other as this cosine are not told apart
 * @param affineLearns whether the affine map goes on learning too
 * @param heldOut at most so many pairs, and at most a tenth, score the run
 * @param halfPrecision whether the module is written as fp16
 * @param licence of the module
 * @param dataLicence of the data, if it is known
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
    int heldOut,
    LoopSettings loop,
    OptimiserOptions optimiser,
    boolean halfPrecision,
    String licence,
    Optional<String> dataLicence) {
  public AlignmentSettings {
    if (!(temperature > 0) || !(sameFrom > 0) || heldOut < 1) {
      throw new IllegalArgumentException(
          "temperature %s, same from %s, held out %d".formatted(temperature, sameFrom, heldOut));
    }
    if (affineLearns && start == AffineStart.ZERO) {
      throw new IllegalArgumentException("no affine map that could learn");
    }
  }
}
