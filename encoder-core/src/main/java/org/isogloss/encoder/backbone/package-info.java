/**
 * Backbones: frozen pretrained transformer encoders on disk, and where they come from.
 *
 * <p>Promises: a {@link org.isogloss.encoder.backbone.Backbone} that opens has a configuration that
 * is supported and every tensor in its right shape, and a digest that changes whenever its vectors
 * could; every fault of a file is an {@link org.isogloss.error.IsoglossException} that names it.
 *
 * <p>Formats: safetensors (eight bytes little-endian length, JSON header, tensors little-endian
 * without gaps), sharded ones by their index; Hugging Face's {@code config.json} and {@code
 * BertModel} tensor names, of BERT and XLM-R; sentence-transformers' {@code modules.json} and the
 * configurations of its steps; our notes, {@code isogloss.json}: source, commit, licence, SHA-256
 * of every file, text prefix.
 *
 * <p>Threads: everything opened here may be used by several threads; closing is the owner's, once,
 * after the last use.
 *
 * <p>Knows {@code space} and {@code tokenize}. Must not know the engine: tensors leave as memory
 * segments.
 */
@NullMarked
package org.isogloss.encoder.backbone;

import org.jspecify.annotations.NullMarked;
