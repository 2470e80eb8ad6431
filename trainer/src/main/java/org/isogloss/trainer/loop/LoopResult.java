package org.isogloss.trainer.loop;

import java.util.SequencedMap;
import org.isogloss.encoder.backbone.TensorEntry;

/**
 * What a run gave.
 *
 * @param steps that were made
 * @param firstScore of the start, before anything was learnt
 * @param bestStep after how many steps the score was best; 0: nothing helped
 * @param stoppedEarly whether the score had stopped getting better
 * @param best the tensors that learnt, as they were at the best score
 */
public record LoopResult(
    long steps,
    double firstScore,
    long bestStep,
    double bestScore,
    boolean stoppedEarly,
    SequencedMap<String, TensorEntry> best) {}
