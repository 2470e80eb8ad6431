/**
 * The training loop of all stages: seeded batches by token budget, a schedule of learning rates,
 * checkpoints that a killed run goes on from, early stopping on a score of held-out training data,
 * and the curve.
 *
 * <p>A run keeps a folder: {@code state.safetensors} (what learns, the optimiser's moments, and as
 * metadata the step, the run's fingerprint and the best score), {@code best-STEP.safetensors} (what
 * learns, where the score was best, under the step that the checkpoint names; others, which may be
 * newer, are none of that checkpoint's), {@code curve.tsv} (a line per step) and {@code curve.svg}.
 * Files are replaced by renaming, so a run that is killed at any moment goes on from its last
 * checkpoint, with the curve that it would have had.
 *
 * <p>Deterministic for the same data, seed and number of threads. For one thread. Knows no task: a
 * {@link org.isogloss.trainer.loop.TrainingTask} says what a batch is and what it costs.
 */
@NullMarked
package org.isogloss.trainer.loop;

import org.jspecify.annotations.NullMarked;
