package org.isogloss.trainer.crosslingual;

/** Which pairs train the alignment. */
public enum Strategy {
  /** Cross-lingual paraphrases alone. */
  PARAPHRASE,
  /** Translations alone. */
  PARALLEL,
  /** A batch of the one, a batch of the other (the paper's joint training). */
  BOTH
}
