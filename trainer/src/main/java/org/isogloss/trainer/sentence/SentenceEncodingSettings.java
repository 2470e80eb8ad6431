package org.isogloss.trainer.sentence;

import org.isogloss.encoder.module.LoraShape;
import org.isogloss.trainer.stage.StageSettings;

/**
 * How sentence encoding is trained.
 *
 * @param lora of a sentence encoding that begins anew; one that is lent keeps its own shape
 * @param scale of cosines in the softmax
 * @param stage what every stage has; examples are pairs
 */
public record SentenceEncodingSettings(LoraShape lora, double scale, StageSettings stage) {
  public SentenceEncodingSettings {
    if (!(scale > 0)) {
      throw new IllegalArgumentException("scale " + scale);
    }
  }
}
