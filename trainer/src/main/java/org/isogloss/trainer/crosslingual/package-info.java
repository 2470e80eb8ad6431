/**
 * The cross-lingual alignment that is trained (CLA): a parallel adapter, perhaps behind the best
 * affine map, learns to bring a language's sentences to the pivot's vectors, which are constants,
 * encoded once. Nothing else learns.
 *
 * <p>Losses are those of {@link org.isogloss.encoder.engine.Objective}; the paper's strategies are
 * paraphrase (contrastive), parallel (cosine), and both in alternating batches. A tenth of the
 * pairs, at most 500, is held out by a digest of its text, and no sentence of it is trained on.
 *
 * <p>Format: that of {@link org.isogloss.encoder.module}; lineage names every setting, the data's
 * digests, and how the score moved. For one thread. Knows the encoder, no Kafka and no command
 * line.
 */
@NullMarked
package org.isogloss.trainer.crosslingual;

import org.jspecify.annotations.NullMarked;
