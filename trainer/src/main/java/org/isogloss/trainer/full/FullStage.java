package org.isogloss.trainer.full;

import java.util.Locale;

/** A stage of training the monolithic encoder, in their order. */
public enum FullStage {
  /** Masked language modelling. */
  MASKED,
  /** Ranking of paraphrases within a language. */
  MONOLINGUAL,
  /** Ranking of English sentences and paraphrases in another language. */
  CROSS_LINGUAL;

  /** As folders and {@code training.json} name it, such as {@code cross-lingual}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
