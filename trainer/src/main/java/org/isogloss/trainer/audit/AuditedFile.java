package org.isogloss.trainer.audit;

import java.util.List;

/**
 * A file of training data as it was found.
 *
 * @param name relative to the data's folder
 * @param rows sentences or pairs, repetitions included
 * @param repetitions rows that say again, but for form, what another one says
 * @param wordsPerSentence median, punctuation marks included
 * @param stringsShare of its sentences that have no more than four words: labels and the like
 * @param licences as the table of sources states them, with rows; empty if it does not
 */
public record AuditedFile(
    String name,
    Kind kind,
    int rows,
    int repetitions,
    int wordsPerSentence,
    double stringsShare,
    List<String> licences) {
  /** What a file holds. */
  public enum Kind {
    PLAIN_TEXT,
    PARAPHRASES,
    TRANSLATIONS
  }

  public AuditedFile {
    licences = List.copyOf(licences);
  }

  /** Whether most of it are labels of programs rather than sentences. */
  public boolean isStrings() {
    return stringsShare > 0.5;
  }
}
