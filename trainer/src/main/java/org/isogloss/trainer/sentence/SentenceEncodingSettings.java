package org.isogloss.trainer.sentence;

import org.isogloss.encoder.module.LoraShape;
import org.isogloss.trainer.stage.StageSettings;

/**
 * How sentence encoding is trained.
 *
 * @param lora of a sentence encoding that begins anew; one that is lent keeps its own shape
 * @param scale of cosines in the softmax
 * @param stateDropout share of the states' values that is left out where a sentence is its own
 *     paraphrase
 * @param stage what every stage has; examples are pairs
 */
public record SentenceEncodingSettings(
    LoraShape lora, double scale, double stateDropout, StageSettings stage) {
  /**
   * BERT's own, and SimCSE's (Gao et al. 2021, section 3), which drop attention weights besides.
   */
  public static final double STATE_DROPOUT = 0.1;

  public SentenceEncodingSettings {
    if (!(scale > 0)) {
      throw new IllegalArgumentException("scale " + scale);
    }
    if (!(stateDropout > 0 && stateDropout < 1)) {
      throw new IllegalArgumentException("dropout of states " + stateDropout);
    }
  }
}
