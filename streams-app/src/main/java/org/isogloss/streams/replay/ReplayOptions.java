package org.isogloss.streams.replay;

import java.util.Optional;

/**
 * How to replay.
 *
 * @param intoScope the scope to send into in place of each sentence's own; the empty one is not
 *     mined
 * @param views the views to ask for in place of what was asked for, such as {@code
 *     MONOLINGUAL,CROSS_LINGUAL}
 * @param actor who does it, for the markers
 * @param lettersATransaction at least one
 */
public record ReplayOptions(
    Optional<String> intoScope, Optional<String> views, String actor, int lettersATransaction) {
  private static final int LETTERS_A_TRANSACTION = 500;

  public ReplayOptions {
    if (lettersATransaction < 1) {
      throw new IllegalArgumentException("letters a transaction: " + lettersATransaction);
    }
  }

  /** Every sentence as it was. */
  public static ReplayOptions by(String actor) {
    return new ReplayOptions(Optional.empty(), Optional.empty(), actor, LETTERS_A_TRANSACTION);
  }

  /** The same into this scope. */
  public ReplayOptions intoScope(String scope) {
    return new ReplayOptions(Optional.of(scope), views, actor, lettersATransaction);
  }

  /** The same with these views. */
  public ReplayOptions withViews(String names) {
    return new ReplayOptions(intoScope, Optional.of(names), actor, lettersATransaction);
  }

  /** The same with transactions of so many letters at most. */
  public ReplayOptions withLettersATransaction(int letters) {
    return new ReplayOptions(intoScope, views, actor, letters);
  }
}
