package org.isogloss.metrics.suite;

import java.util.SortedSet;

/** One set of a suite: items of one kind from one source. */
public sealed interface EvaluationSet
    permits SimilaritySet, SimilarityTrack, ClassificationSet, BitextSet {
  /** The folder's name, such as {@code stsb}; of a track, with the track's. */
  String name();

  /** Every language with a sentence in the set. */
  SortedSet<String> languages();
}
