/**
 * The baseline that modules are compared with: one monolithic encoder for all languages, all of
 * whose weights learn. Its stages, one after the other: masked language modelling on the text of
 * all languages mixed; multiple-negatives ranking on paraphrases within each language, mixed; and,
 * if asked for, the same on English sentences and paraphrases of their translations, where both
 * sides learn. The backbone's tokenizer serves every language.
 *
 * <p>The result is a checkpoint in Hugging Face layout ({@link
 * org.isogloss.encoder.backbone.BackboneWriter}) with a {@code training.json} that says how it was
 * made. Beside it, in a folder of the same name with {@code .training}, lie for every stage its
 * checkpoints and curve and, once it is done, its weights as a checkpoint of their own: a run that
 * was killed goes on from there. For one thread. Knows the encoder and the loop, no Kafka, no
 * command line.
 */
@NullMarked
package org.isogloss.trainer.full;

import org.jspecify.annotations.NullMarked;
