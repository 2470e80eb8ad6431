/**
 * The module store: packs addressed by their digest, and the local cache that workers map them
 * from. Everything that comes out was verified. Safe for threads and processes. The wire format is
 * the pack, specified in {@code org.isogloss.encoder.module}. Knows that room, no engine and no
 * Kafka.
 */
@NullMarked
package org.isogloss.store;

import org.jspecify.annotations.NullMarked;
