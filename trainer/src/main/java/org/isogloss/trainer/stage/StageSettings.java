package org.isogloss.trainer.stage;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isogloss.encoder.engine.OptimiserOptions;
import org.isogloss.encoder.module.WeightStorage;
import org.isogloss.trainer.data.CodeVersion;
import org.isogloss.trainer.loop.LoopResult;
import org.isogloss.trainer.loop.LoopSettings;

/**
 * What the settings of every stage hold.
 *
 * @param heldOut at most so many examples, and at most a tenth, score the run
 * @param storage in how many bits the module is written
 * @param licence of the module
 * @param dataLicence of the data, if it is known
 */
public record StageSettings(
    int heldOut,
    LoopSettings loop,
    OptimiserOptions optimiser,
    WeightStorage storage,
    String licence,
    Optional<String> dataLicence) {
  public StageSettings {
    if (heldOut < 1) {
      throw new IllegalArgumentException("held out " + heldOut);
    }
  }

  /**
   * As fingerprints of runs have had it since storage was half precision or not, so that runs under
   * way go on; in how many bits the result is written decides nothing of what is learnt.
   */
  @Override
  public String toString() {
    return "StageSettings[heldOut=%d, loop=%s, optimiser=%s, halfPrecision=%s, licence=%s, dataLicence=%s]"
        .formatted(
            heldOut, loop, optimiser, storage != WeightStorage.AS_GIVEN, licence, dataLicence);
  }

  /** How a module was trained, for its lineage; the caller's to add to. */
  public Map<String, String> lineage(LoopResult result) {
    Map<String, String> lineage = new TreeMap<>();
    lineage.put("schedule", loop.schedule().toString());
    lineage.put("optimiser", optimiser.toString());
    lineage.put("token_budget", Integer.toString(loop.tokenBudget()));
    lineage.put("seed", Long.toString(loop.seed()));
    lineage.put("steps", Long.toString(result.steps()));
    lineage.put("best_step", Long.toString(result.bestStep()));
    lineage.put(CodeVersion.KEY, CodeVersion.current());
    dataLicence.ifPresent(text -> lineage.put("data_licence", text));
    return lineage;
  }
}
