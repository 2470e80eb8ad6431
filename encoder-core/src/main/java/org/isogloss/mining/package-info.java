/**
 * Bitext mining: vectors in, pairs out. {@link org.isogloss.mining.BitextMiner} scores and
 * retrieves; {@link org.isogloss.mining.SimilarityBlocks} does the products: a scalar twin and a
 * SIMD implementation are here, one on libtorch is in the encoder's engine. Knows no encoder and no
 * Kafka. Vectors are {@code [rows][dimension]}, row-major, float32, off the heap, owned by whoever
 * made them.
 */
@NullMarked
package org.isogloss.mining;

import org.jspecify.annotations.NullMarked;
