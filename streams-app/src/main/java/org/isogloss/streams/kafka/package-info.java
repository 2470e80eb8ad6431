/**
 * How a Kafka Streams application of ours runs: its properties, its life and its end. What every
 * client shares stands in {@code org.isogloss.kafka}.
 *
 * <p>Must not know what the topics carry.
 */
@NullMarked
package org.isogloss.streams.kafka;

import org.jspecify.annotations.NullMarked;
