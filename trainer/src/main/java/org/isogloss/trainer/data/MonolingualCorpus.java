package org.isogloss.trainer.data;

import java.util.List;

/**
 * Plain text of one language.
 *
 * @param sentences different from one another, in the order of the files
 */
public record MonolingualCorpus(List<String> sentences, List<DataFile> files) {
  public MonolingualCorpus {
    sentences = List.copyOf(sentences);
    files = List.copyOf(files);
  }
}
