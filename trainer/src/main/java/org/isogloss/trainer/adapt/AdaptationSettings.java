package org.isogloss.trainer.adapt;

import java.util.Optional;
import org.isogloss.encoder.engine.OptimiserOptions;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.trainer.loop.LoopSettings;

/**
 * How a language is adapted to.
 *
 * @param heldOut at most so many sentences, and at most a tenth, score the run
 * @param licence of the module
 * @param dataLicence of the data, if it is known
 */
public record AdaptationSettings(
    LoraShape lora,
    int heldOut,
    LoopSettings loop,
    OptimiserOptions optimiser,
    boolean halfPrecision,
    String licence,
    Optional<String> dataLicence) {
  public AdaptationSettings {
    if (heldOut < 1) {
      throw new IllegalArgumentException("held out " + heldOut);
    }
  }
}
