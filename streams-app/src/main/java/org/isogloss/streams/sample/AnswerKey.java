package org.isogloss.streams.sample;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Every true translation pair between two languages of the corpus.
 *
 * @param sourceLanguage the language of every pair's source id
 * @param targetLanguage the language of every pair's target id
 * @param pairs all of them, one to one
 */
public record AnswerKey(String sourceLanguage, String targetLanguage, Set<SamplePair> pairs) {
  public AnswerKey {
    if (sourceLanguage.equals(targetLanguage)) {
      throw new IllegalArgumentException("no key from " + sourceLanguage + " to itself");
    }
    pairs = Set.copyOf(pairs);
  }

  /** Scores found pairs, in this key's direction; a pair found twice counts once. */
  public PairScore score(Collection<SamplePair> found) {
    Set<SamplePair> distinct = Set.copyOf(found);
    int correct = (int) distinct.stream().filter(pairs::contains).count();
    return new PairScore(distinct.size(), correct, pairs.size());
  }

  /** The same key in the other direction. */
  public AnswerKey reversed() {
    return new AnswerKey(
        targetLanguage,
        sourceLanguage,
        pairs.stream().map(SamplePair::reversed).collect(Collectors.toUnmodifiableSet()));
  }
}
