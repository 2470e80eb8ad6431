package org.isogloss.trainer.adapt;

import org.isogloss.encoder.module.LoraShape;
import org.isogloss.trainer.stage.StageSettings;

/**
 * How a language is adapted to.
 *
 * @param stage what every stage has; examples are sentences
 */
public record AdaptationSettings(LoraShape lora, StageSettings stage) {}
