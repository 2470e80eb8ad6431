/**
 * How the programs reach a Kafka cluster: one place for addresses, client properties, topics, and
 * changes of a topic that must be made one after the other.
 *
 * <p>Promises that every client of ours reads committed records only, commits nothing on its own
 * and writes with all acknowledgements; and that a topic created here can be written to at once. An
 * idempotent producer that writes before every partition has a leader can lose its first batches.
 *
 * <p>Settings are immutable and safe for use by many threads. Must not know what the topics carry.
 */
@NullMarked
package org.isogloss.kafka;

import org.jspecify.annotations.NullMarked;
