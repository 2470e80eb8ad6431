package org.isogloss.trainer.data;

import java.util.List;

/**
 * Translations of one language into the pivot.
 *
 * @param pairs different from one another, in the order of the files
 */
public record ParallelCorpus(List<SentencePair> pairs, List<DataFile> files) {
  public ParallelCorpus {
    pairs = List.copyOf(pairs);
    files = List.copyOf(files);
  }
}
