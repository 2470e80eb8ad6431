package org.isogloss.encoder.space;

/** How the hidden states of a sentence become one vector. */
public enum Pooling {
  /** The mean over all positions that are not padding, the special tokens included. */
  MEAN,
  /** The hidden state of the first token. */
  CLS
}
