package org.isogloss.streams.command;

import org.isogloss.encoder.encode.Rejected;

/** Refusals of the encoder as results of lines. */
final class Refusals {
  private Refusals() {}

  static LineResult.Refusal of(String id, Rejected rejected) {
    return new LineResult.Refusal(id, rejected.code().code(), rejected.message());
  }
}
