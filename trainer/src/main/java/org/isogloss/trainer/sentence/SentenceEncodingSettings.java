package org.isogloss.trainer.sentence;

import java.util.Optional;
import org.isogloss.encoder.engine.OptimiserOptions;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.trainer.loop.LoopSettings;

/**
 * How sentence encoding is trained.
 *
 * @param scale of cosines in the softmax
 * @param heldOut at most so many pairs, and at most a tenth, score the run
 * @param licence of the module
 * @param dataLicence of the data, if it is known
 */
public record SentenceEncodingSettings(
    LoraShape lora,
    double scale,
    int heldOut,
    LoopSettings loop,
    OptimiserOptions optimiser,
    boolean halfPrecision,
    String licence,
    Optional<String> dataLicence) {
  public SentenceEncodingSettings {
    if (!(scale > 0) || heldOut < 1) {
      throw new IllegalArgumentException("scale %s, held out %d".formatted(scale, heldOut));
    }
  }
}
