package org.isogloss.streams.deadletter;

import org.isogloss.schemas.record.Origin;

/**
 * Why a record was refused.
 *
 * @param code the stable code, such as {@code ISO-105}
 * @param message what is wrong, in words
 * @param scope the sentence's scope; empty where it has none or cannot be read
 * @param origin the sentence's place in {@code isogloss.sentences}
 */
public record DeadLetter(Stage stage, String code, String message, String scope, Origin origin) {
  private static final int LONGEST_MESSAGE = 500;

  public DeadLetter {
    if (code.isBlank()) {
      throw new IllegalArgumentException("a dead letter without a code");
    }
    // The letter must fit where the record did.
    if (message.length() > LONGEST_MESSAGE) {
      message = message.substring(0, LONGEST_MESSAGE) + '…';
    }
  }
}
