package org.isogloss.streams.mine;

import org.jspecify.annotations.Nullable;

/**
 * A record on its way out, with the scope that places it.
 *
 * @param value may be null: a refused tombstone keeps its value
 */
record Outgoing(String scope, byte @Nullable [] value) {}
