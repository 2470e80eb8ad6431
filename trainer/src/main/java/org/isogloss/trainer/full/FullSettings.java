package org.isogloss.trainer.full;

import java.util.List;
import org.isogloss.trainer.stage.StageSettings;

/**
 * How the monolithic encoder is trained.
 *
 * @param stages in their order
 * @param masked what masked language modelling has; examples are sentences
 * @param contrastive what both contrastive stages have; examples are pairs
 * @param scale of cosines in the softmax
 */
public record FullSettings(
    List<FullStage> stages, StageSettings masked, StageSettings contrastive, double scale) {
  public FullSettings {
    stages = List.copyOf(stages);
    if (stages.isEmpty() || !stages.equals(stages.stream().distinct().sorted().toList())) {
      throw new IllegalArgumentException("the stages, each once and in their order: " + stages);
    }
    if (!(scale > 0)) {
      throw new IllegalArgumentException("scale " + scale);
    }
  }

  /** Those of a stage. */
  StageSettings of(FullStage stage) {
    return stage == FullStage.MASKED ? masked : contrastive;
  }
}
