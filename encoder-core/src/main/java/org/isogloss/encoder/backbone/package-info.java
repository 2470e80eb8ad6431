/**
 * Backbones: frozen pretrained transformer encoders on disk, and where they come from.
 *
 * <p>Promises: a {@link org.isogloss.encoder.backbone.Backbone} that opens has a configuration that
 * is supported and every tensor in its right shape, and a digest that changes whenever its vectors
 * could; every fault of a file is an {@link org.isogloss.error.IsoglossException} that names it.
 *
 * <p>Formats: safetensors (eight bytes little-endian length, JSON header, tensors little-endian
 * without gaps); Hugging Face's {@code config.json} and {@code BertModel} tensor names.
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
