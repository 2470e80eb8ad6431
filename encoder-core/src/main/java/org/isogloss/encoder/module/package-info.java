/**
 * Language and alignment modules as files: the format, its checks, and the pack that travels.
 * Immutable values and pure functions; safe on any thread. Knows {@code space} and {@code
 * backbone}, no engine.
 *
 * <h2>A module is a directory</h2>
 *
 * <pre>
 * manifest.json        what it is, see {@link org.isogloss.encoder.module.ModuleManifest}
 * module.safetensors   its tensors, F32 or F16, some in 8 bits
 * tokenizer.json       of Hugging Face's tokenizers; exactly when the manifest names {@code pieces}
 * </pre>
 *
 * The manifest names {@code pooling} only where it is not the mean. A language module may have a
 * {@code transliteration}, rules by the place where they hold, as {@link
 * org.isogloss.encoder.module.Transliteration} applies them; programs before 30 November 2026
 * refuse such a module, since they would cut its text otherwise.
 *
 * <pre>
 * "transliteration" : {
 *   "word_start" : { "Е" : "Ye", … },
 *   "inside_word" : { "’" : "ʼ", … },
 *   "anywhere" : { "ш" : "sh", … }
 * }
 * </pre>
 *
 * <h2>Tensors</h2>
 *
 * H is the backbone's hidden size, l a layer below {@code layers}, t a target's label ({@code
 * query}, {@code key}, {@code value}, {@code attention_output}, {@code intermediate}, {@code
 * output}). Exactly the tensors that the manifest implies are there, each of the shape given, all
 * values finite.
 *
 * <pre>
 * language module
 *   embeddings.weight                [pieces][H]
 *   language_adaptation.l.t.a        [rank][inputs of t]
 *   language_adaptation.l.t.b        [outputs of t][rank]
 *   sentence_encoding.l.t.a, .b      likewise
 *   post_processing.mean             [dimension]             centre, whiten
 *   post_processing.whitening        [dimension][dimension]  whiten
 * alignment module
 *   adapter.l.down.weight            [bottleneck][H]
 *   adapter.l.down.bias              [bottleneck]
 *   adapter.l.up.weight              [H][bottleneck]
 *   adapter.l.up.bias                [H]
 *   affine.matrix                    [dimension][dimension]
 *   affine.offset                    [dimension]
 * </pre>
 *
 * A whitening that is symmetric to the bit is written as {@code post_processing.whitening.upper},
 * {@code [dimension·(dimension+1)/2]}: its upper triangle, row after row, each from the diagonal
 * on. It is read as the matrix that it stands for; the matrix in full is read too, symmetric or
 * not. Programs before that form refuse it, since they miss the matrix.
 *
 * <p>A matrix of an adapter, of LoRA or of an affine map may be written in 8 bits a value, as two
 * tensors: {@code NAME.codes}, I8 {@code [rows][columns]}, and {@code NAME.scales}, F32 or F16
 * {@code [⌈rows·columns/64⌉]}; value i of the matrix, row-major, is code i times scale ⌊i/64⌋. All
 * codes are read, −127 to 127 are written; a scale above 2.6e36 is refused. Programs before 1
 * December 2026 refuse it likewise.
 *
 * <h2>The pack</h2>
 *
 * The module store holds packs: an uncompressed ZIP of these files in this order, without dates.
 * The SHA-256 of the pack is the identity of the module. No pickle is ever read.
 */
@NullMarked
package org.isogloss.encoder.module;

import org.jspecify.annotations.NullMarked;
