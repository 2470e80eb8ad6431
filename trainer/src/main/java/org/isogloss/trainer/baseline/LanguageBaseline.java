package org.isogloss.trainer.baseline;

import java.util.Map;

/**
 * One language's errors: % of its sentences whose English translation is missed, by margin.
 *
 * @param preferredPairs how many of the pairs come from the preferred source
 * @param pairs how many the alignments were fitted on; 0: there are none
 * @param strength of ridge regression and CCA: the best on held-out training pairs; 0: none
 */
public record LanguageBaseline(
    String language,
    int preferredPairs,
    int pairs,
    double strength,
    Map<Treatment, Double> inDomain,
    Map<Treatment, Double> outOfDomain) {
  public LanguageBaseline {
    inDomain = Map.copyOf(inDomain);
    outOfDomain = Map.copyOf(outOfDomain);
  }
}
