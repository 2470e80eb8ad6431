/**
 * The training service: takes jobs from {@code isogloss.training-jobs}, has them run, and writes
 * their states back.
 *
 * <p>Wire format: key job id, value {@code TrainingJob}, Avro single-object encoding; compacted,
 * one partition; the last record of a key counts.
 *
 * <p>A job is taken by a <em>claim</em>: a record that says RUNNING, by whom, and counts beats. All
 * changes of the topic are serialised by one transactional id, so of two services that want a job
 * one reads the other's claim. A claim whose beats stand still for the length of a lease, by the
 * watcher's own clock, may be taken over; its owner, should it come back, finds that out at its
 * next beat, stops, and writes nothing. A consumer group would hand out partitions, not jobs: a job
 * of hours would hold up all that lie in its partition, and a rebalance would move it in its midst.
 *
 * <p>A service that starts again under its name takes up its own jobs at once, from their
 * checkpoints. Must not know what a stage does: see {@link org.isogloss.trainer.serve.JobRun}.
 */
@NullMarked
package org.isogloss.trainer.serve;

import org.jspecify.annotations.NullMarked;
