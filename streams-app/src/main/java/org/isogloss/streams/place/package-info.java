/**
 * Which partition a record goes to. Pure functions, stable across versions and machines: the miner
 * and the promise that equal ids stay in order depend on them.
 *
 * <p>Rendezvous hashing (Thaler and Ravishankar 1998): each partition gets a weight for a name, the
 * heaviest win. The weight is FNV-1a over the name's UTF-16 units, mixed with the partition by the
 * finalizer of SplitMix64. Knows no records and no Kafka.
 */
@NullMarked
package org.isogloss.streams.place;

import org.jspecify.annotations.NullMarked;
