/**
 * The speed of a training step against the same step in plain PyTorch: same weights, same
 * sentences, same loss, interleaved rounds. Both must give the same loss before anything is learnt,
 * or there is no ratio.
 *
 * <p>The peer is a script among the resources, {@code torch_train.py}, run by {@code python3} in a
 * process of its own; it reads one JSON file. For one thread. Knows the engine, no Kafka and no
 * command line.
 */
@NullMarked
package org.isogloss.trainer.bench;

import org.jspecify.annotations.NullMarked;
