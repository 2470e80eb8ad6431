package org.isogloss.mining;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The plain twin that every other implementation is held against. */
public final class ScalarSimilarity implements SimilarityBlocks {
  @Override
  public Block multiply(VectorMatrix x, int xFrom, int xTo, VectorMatrix y, int yFrom, int yTo) {
    x.requireSameDimension(y);
    HeapFreeBlock block = new HeapFreeBlock(xTo - xFrom, yTo - yFrom);
    int at = 0;
    for (int i = xFrom; i < xTo; i++) {
      float[] a = x.row(i);
      for (int j = yFrom; j < yTo; j++) {
        float[] b = y.row(j);
        float sum = 0;
        for (int d = 0; d < a.length; d++) {
          sum += a[d] * b[d];
        }
        block.products().setAtIndex(ValueLayout.JAVA_FLOAT, at++, sum);
      }
    }
    return block;
  }

  /** A block in memory of its own. */
  static final class HeapFreeBlock implements Block {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment products;

    HeapFreeBlock(int rows, int columns) {
      products = arena.allocate(4L * rows * columns, 64);
    }

    @Override
    public MemorySegment products() {
      return products;
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
