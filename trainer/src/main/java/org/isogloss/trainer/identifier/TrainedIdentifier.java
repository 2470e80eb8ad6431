package org.isogloss.trainer.identifier;

import java.util.SortedMap;
import java.util.TreeMap;
import org.isogloss.language.LanguageClassifier;

/**
 * A classifier and what it does on held-out text.
 *
 * @param languages by code
 */
public record TrainedIdentifier(
    LanguageClassifier classifier, SortedMap<String, HeldOut> languages) {
  public TrainedIdentifier {
    languages = new TreeMap<>(languages);
  }

  /**
   * One language's held-out sentences.
   *
   * @param trained how many sentences it was trained on
   * @param sentences how many were held out
   * @param right of them, those that were given their language
   * @param rightCut of them, those that were given their language when most were cut to a few words
   * @param ordinary of them, those that look as familiar as most
   */
  public record HeldOut(int trained, int sentences, int right, int rightCut, int ordinary) {
    /** In [0, 1]. */
    public double accuracy() {
      return (double) right / sentences;
    }

    /** In [0, 1]. */
    public double cutAccuracy() {
      return (double) rightCut / sentences;
    }
  }

  /** The mean over languages, in [0, 1]. */
  public double macroAccuracy() {
    return languages.values().stream().mapToDouble(HeldOut::accuracy).average().orElse(0);
  }

  /** The mean over languages, most sentences cut to a few words, in [0, 1]. */
  public double macroCutAccuracy() {
    return languages.values().stream().mapToDouble(HeldOut::cutAccuracy).average().orElse(0);
  }
}
