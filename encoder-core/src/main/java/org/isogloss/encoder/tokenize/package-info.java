/**
 * Text to token ids. Reads a {@code tokenizer.json} of Hugging Face's tokenizers, or a {@code
 * vocab.txt} of WordPiece pieces; tokenises offline in the native library.
 *
 * <p>Promises: ids as the model's own tokenizer gives them, special tokens included; truncation
 * that is flagged; of a text beyond the limit only a beginning is tokenised. What has few tokens
 * for its length is read to its end all the same, at a cost linear in its length: one unbroken
 * word, spaces, invisible characters.
 *
 * <p>Threads: a tokenizer may be used by several threads at once; it holds native memory and is
 * closed by its owner after the last use.
 *
 * <p>With {@code engine} the only room that knows DJL. Must not know backbones or modules: whether
 * the ids fit an embedding table is for whoever brings both together.
 */
@NullMarked
package org.isogloss.encoder.tokenize;

import org.jspecify.annotations.NullMarked;
