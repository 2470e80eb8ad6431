package org.isogloss.encoder.tokenize;

import java.util.Arrays;

/** The token ids of one sentence, special tokens included. Immutable. */
public final class TokenSequence {
  private final int[] ids;
  private final boolean truncated;

  /**
   * @param ids given away by the caller, not copied
   * @param truncated whether the sentence had more tokens than the limit
   */
  public TokenSequence(int[] ids, boolean truncated) {
    if (ids.length == 0) {
      throw new IllegalArgumentException("a sequence has at least its special tokens");
    }
    this.ids = ids;
    this.truncated = truncated;
  }

  /** How many tokens, special tokens included. */
  public int length() {
    return ids.length;
  }

  public int id(int position) {
    return ids[position];
  }

  public boolean truncated() {
    return truncated;
  }

  /** A copy of the ids. */
  public int[] toArray() {
    return ids.clone();
  }

  /** Copies the ids into a row of a micro-batch. */
  public void copyInto(long[] target, int offset) {
    for (int i = 0; i < ids.length; i++) {
      target[offset + i] = ids[i];
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenSequence that
        && truncated == that.truncated
        && Arrays.equals(ids, that.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return Arrays.toString(ids) + (truncated ? " truncated" : "");
  }
}
