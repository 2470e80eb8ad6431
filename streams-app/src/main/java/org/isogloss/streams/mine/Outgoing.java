package org.isogloss.streams.mine;

import org.jspecify.annotations.Nullable;

/** A record on its way out, with the scope that places it. */
final class Outgoing {
  private final String scope;
  private final byte @Nullable [] value;

  /**
   * @param value may be null: a refused tombstone keeps its value
   */
  Outgoing(String scope, byte @Nullable [] value) {
    this.scope = scope;
    this.value = value;
  }

  String scope() {
    return scope;
  }

  byte @Nullable [] value() {
    return value;
  }
}
