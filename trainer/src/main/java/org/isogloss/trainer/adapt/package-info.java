/**
 * Language adaptation (LA): LoRA on the backbone's matrices, and the language's own embedding table
 * where its module has one, learn by masked language modelling from plain text: 15 % of the pieces
 * are to be predicted, of which 80 % are masked, 10 % replaced by any piece and 10 % left.
 *
 * <p>Checkpoints of backbones lack a prediction head, so one learns along: a linear map that begins
 * as the identity, layer normalisation, and the table itself as output. It serves training alone
 * and is in no module.
 *
 * <p>Format: that of {@link org.isogloss.encoder.module}: a language module with the tensors of the
 * one it began from. For one thread. Knows the encoder, no Kafka and no command line.
 */
@NullMarked
package org.isogloss.trainer.adapt;

import org.jspecify.annotations.NullMarked;
