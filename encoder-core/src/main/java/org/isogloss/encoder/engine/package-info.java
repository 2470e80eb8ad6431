/**
 * The encoder on libtorch, through DJL: with {@code tokenize} the only room that knows it. The model is
 * a TorchScript program kept as source among the resources ({@code encoder.torchscript}); weights are
 * its arguments, so one program serves every backbone of the family. Vectors come back to the heap as
 * {@code float[dimension]}, of unit length; no native memory leaves this room.
 *
 * <p>Threads: an encoder is safe for several. libtorch's own threads are set once a process, by {@link
 * org.isogloss.encoder.engine.TorchRuntime}.
 */
@NullMarked
package org.isogloss.encoder.engine;

import org.jspecify.annotations.NullMarked;
