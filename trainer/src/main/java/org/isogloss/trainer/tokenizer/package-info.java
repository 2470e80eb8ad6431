/**
 * A tokenizer of a language's own, in the backbone's family: its normalisation, word boundaries and
 * special tokens with another vocabulary, trained on text. WordPiece over BERT's words is the only
 * family so far; a backbone of another one is refused.
 *
 * <p>Promises: the same text and settings give the same bytes, in whatever order the sentences
 * come. A word made of letters that stand in the vocabulary is never unknown.
 *
 * <p>Format: {@code tokenizer.json} of Hugging Face's tokenizers; beside it {@code lineage.json}, a
 * flat object of text: language, backbone, settings, and of every file ({@code data_1}, …) name,
 * digest of the uncompressed content, and rows.
 *
 * <p>Threads: values are immutable; a {@link org.isogloss.trainer.tokenizer.WordPieceTrainer} works
 * on the caller's thread, counting words uses the common pool. Knows {@code encoder.tokenize} and
 * {@code data}; no encoder, no command line.
 */
@NullMarked
package org.isogloss.trainer.tokenizer;

import org.jspecify.annotations.NullMarked;
