package org.isogloss.mining;

import java.lang.foreign.MemorySegment;

/**
 * Products of blocks of rows, the work that mining spends its time on. Implementations differ in
 * speed and in the last bits; {@link BitextMiner} scores what they find again in double precision.
 * Safe for several threads; a product runs on the thread that asks for it.
 */
public interface SimilarityBlocks {
  /** One block of products, until closed. */
  interface Block extends AutoCloseable {
    /** {@code [rows of x][rows of y]}, row-major, float32 in native order. */
    MemorySegment products();

    @Override
    void close();
  }

  /**
   * x[xFrom..xTo] · y[yFrom..yTo]ᵀ. Both matrices stay open until it returns.
   *
   * @throws IllegalArgumentException if they differ in dimension
   */
  Block multiply(VectorMatrix x, int xFrom, int xTo, VectorMatrix y, int yFrom, int yTo);
}
