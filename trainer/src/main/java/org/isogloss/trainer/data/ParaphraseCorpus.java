package org.isogloss.trainer.data;

import java.util.List;

/**
 * Paraphrases within one language.
 *
 * @param pairs different from one another, in the order of the files
 */
public record ParaphraseCorpus(List<Paraphrase> pairs, List<DataFile> files) {
  public ParaphraseCorpus {
    pairs = List.copyOf(pairs);
    files = List.copyOf(files);
  }

  /** Two sentences of the same meaning. */
  public record Paraphrase(String first, String second) {}
}
