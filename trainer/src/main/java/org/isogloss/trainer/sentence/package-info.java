/**
 * Sentence encoding (SE): LoRA on the backbone's matrices, beside whatever the language module has
 * already, learns from paraphrases of the language by multiple-negatives ranking, cosine × 20. It
 * begins anew or as another language's that is lent. Nothing else learns. Where paraphrases are few
 * it learns from plain text, each sentence its own paraphrase that noise in the states tells from
 * it (SimCSE, Gao et al. 2021), and paraphrases only score. With the paper: one epoch, constant
 * learning rate; beyond it a held-out score chooses the step.
 *
 * <p>Format: that of {@link org.isogloss.encoder.module}: a language module with the tensors of the
 * one it began from. For one thread. Knows the encoder, no Kafka and no command line.
 */
@NullMarked
package org.isogloss.trainer.sentence;

import org.jspecify.annotations.NullMarked;
