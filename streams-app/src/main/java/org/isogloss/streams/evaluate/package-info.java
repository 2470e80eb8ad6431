/**
 * Evaluation: suites in topics, replayed through pinned module versions, and what comes of it.
 *
 * <p>Promises: a suite is checked whole before anything is encoded. A sentence is encoded once per
 * backbone, module versions and view; vectors stay on disk, and a run that was stopped goes on
 * where it was. The same vectors give the same numbers. Every number carries the digests of suite,
 * backbone and modules and the version of the code, and a run's record says what made the vectors
 * that it found on disk.
 *
 * <p>Wire formats: {@code isogloss.evaluation-items.SUITE}, one partition, kept for ever, key
 * {@code task/set/file/id}, value EvaluationItem; {@code isogloss.evaluations}, compacted, value
 * Score. On disk, below the evaluation folder: {@code suites/DIGEST.items} ({@link
 * org.isogloss.streams.evaluate.SuiteArchive}), {@code vectors/*.vectors} ({@link
 * org.isogloss.streams.evaluate.VectorFile}), {@code runs/RUN/run.json} and {@code
 * runs/RUN/results} in the layout of MTEB's results.
 *
 * <p>Threads: one thread drives a run; scoring uses the common pool. Knows the worker and Kafka,
 * not the command line.
 */
@NullMarked
package org.isogloss.streams.evaluate;

import org.jspecify.annotations.NullMarked;
