/**
 * The encoder on libtorch, through DJL: with {@code tokenize} the only room that knows it. The
 * model is a TorchScript program kept as source among the resources ({@code encoder.torchscript},
 * and in front of it one of two ways to compute dense layers); weights and module tensors are its
 * arguments, so one program serves every backbone of the family and every module version. A
 * micro-batch is one native call, a large one on a CPU with several threads one for each; on a CPU
 * nothing is computed for padding, and a row does not depend on its mates (within 1e-5). Vectors
 * come back to the heap as {@code float[dimension]}, of unit length. {@link
 * org.isogloss.encoder.engine.TorchSimilarity} does the products of mining; its blocks are the only
 * native memory that leaves this room, until they are closed.
 *
 * <p>Threads: an encoder is safe for several; on a CPU it has some of its own, which end when it is
 * closed. libtorch is started by {@link org.isogloss.encoder.engine.TorchRuntime} alone.
 */
@NullMarked
package org.isogloss.encoder.engine;

import org.jspecify.annotations.NullMarked;
