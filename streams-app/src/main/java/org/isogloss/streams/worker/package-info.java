/**
 * The encoder worker: encode requests in, embeddings and dead letters out, exactly once.
 *
 * <p>The contract:
 *
 * <ul>
 *   <li>Every record of the input ends in one committed embedding per view it asks for, or in
 *       exactly one dead letter of the stage {@code encode}.
 *   <li>The unit of commitment is the <b>window</b>: a contiguous range of offsets of one
 *       partition. Micro-batches are cut freely across the open windows; windows commit whole, in
 *       offset order.
 *   <li>No transaction is open while anything is tokenised, loaded or encoded.
 *   <li>What is read and not committed is bounded; beyond, partitions are paused, and the worker
 *       goes on polling.
 *   <li>On revocation, what is in flight is finished within a bound, else left to the next owner;
 *       on loss it is left at once. A commit refused for a stale generation is sent again from the
 *       finished vectors if the partition is still ours.
 *   <li>The transactional id is stable per slot: a restart fences its predecessor.
 *   <li>A fault of the encoder that no sentence is to blame for, or a fence, stops the worker.
 * </ul>
 *
 * <p>Threads: one polls (and owns the consumer), some tokenise, one encodes, one commits (and owns
 * the producer). Project Reactor carries windows from the first to the third.
 */
@NullMarked
package org.isogloss.streams.worker;

import org.jspecify.annotations.NullMarked;
