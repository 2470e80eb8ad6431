/**
 * A real Kafka broker inside this process, for everyone who runs none: KRaft, one node, loopback
 * only, data kept on disk.
 *
 * <p>Files under the data directory: {@code kafka/} (the logs), {@code broker.lock} (held by the
 * operating system while a broker runs, so that a killed one leaves nothing behind), {@code
 * broker.address} ({@code host:port} of the running broker; written whole or not at all).
 *
 * <p>Promises that acknowledged records survive the death of the process; not that of the machine's
 * power, as the broker leaves flushing to the operating system. Kafka's attempts to end the JVM are
 * caught and told as a failure. Handles are safe for use by many threads. Must not know what the
 * topics carry.
 */
@NullMarked
package org.isogloss.streams.broker;

import org.jspecify.annotations.NullMarked;
