package org.isogloss.mining;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The rows of the other side that may be among the nearest, for every row of a side; a few more
 * than asked for, since single precision cannot order near ties. Best first, equal ones by row.
 */
final class Candidates {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** A block of products stays near the processor: 1024 × 2048 floats are 8 MiB. */
  private static final int BLOCK_ROWS = 1024;

  private static final int BLOCK_COLUMNS = 2048;

  private final int width;
  private final float[] values;
  private final int[] rows;

  /** The worst value kept per row: what a product must reach. */
  private final float[] bar;

  private Candidates(int count, int width) {
    this.width = width;
    values = new float[Math.multiplyExact(count, width)];
    Arrays.fill(values, Float.NEGATIVE_INFINITY);
    rows = new int[values.length];
    bar = new float[count];
    Arrays.fill(bar, Float.NEGATIVE_INFINITY);
  }

  /** Candidates of both sides. */
  record BothSides(Candidates ofSource, Candidates ofTarget) {}

  /**
   * One pass over all blocks of products serves both directions. A thread takes a stripe of source
   * rows at a time, and looks at a block under the lock of its stripe of target rows; what is kept
   * does not depend on the order.
   *
   * @param x unit rows
   * @param y unit rows, of the same dimension
   * @param wanted how many candidates a row should have; with fewer rows on the other side, all
   * @return empty arrays' worth if cancelled in between
   */
  static BothSides search(
      SimilarityBlocks similarity,
      VectorMatrix x,
      VectorMatrix y,
      int wanted,
      Workers workers,
      BooleanSupplier cancelled) {
    Candidates ofSource = new Candidates(x.rows(), Math.min(wanted, y.rows()));
    Candidates ofTarget = new Candidates(y.rows(), Math.min(wanted, x.rows()));
    Lock[] targetLocks = new Lock[Math.ceilDiv(y.rows(), BLOCK_COLUMNS)];
    Arrays.setAll(targetLocks, i -> new ReentrantLock());
    forEachBlock(
        similarity,
        x,
        y,
        workers,
        cancelled,
        (products, xFrom, xTo, yFrom, yTo) -> {
          Lock lock = targetLocks[yFrom / BLOCK_COLUMNS];
          lock.lock();
          try {
            scan(products, xFrom, xTo, yFrom, yTo, ofSource, ofTarget);
          } finally {
            lock.unlock();
          }
        });
    return new BothSides(ofSource, ofTarget);
  }

  /** Told of the products of x[xFrom..xTo] and y[yFrom..yTo]. */
  @FunctionalInterface
  interface BlockReader {
    void read(MemorySegment products, int xFrom, int xTo, int yFrom, int yTo);
  }

  /** Every block once. The reader is called by several threads, never for one source row by two. */
  static void forEachBlock(
      SimilarityBlocks similarity,
      VectorMatrix x,
      VectorMatrix y,
      Workers workers,
      BooleanSupplier cancelled,
      BlockReader reader) {
    int targetStripes = Math.ceilDiv(y.rows(), BLOCK_COLUMNS);
    workers.run(
        Math.ceilDiv(x.rows(), BLOCK_ROWS),
        sourceStripe -> {
          int xFrom = sourceStripe * BLOCK_ROWS;
          int xTo = Math.min(x.rows(), xFrom + BLOCK_ROWS);
          for (int i = 0; i < targetStripes && !cancelled.getAsBoolean(); i++) {
            // Each stripe begins elsewhere, so that threads seldom want the same target rows.
            int yFrom = (sourceStripe + i) % targetStripes * BLOCK_COLUMNS;
            int yTo = Math.min(y.rows(), yFrom + BLOCK_COLUMNS);
            try (SimilarityBlocks.Block block = similarity.multiply(x, xFrom, xTo, y, yFrom, yTo)) {
              reader.read(block.products(), xFrom, xTo, yFrom, yTo);
            }
          }
        });
  }

  /** Looks at every product; almost all are below both bars, and pass sixteen at a time. */
  private static void scan(
      MemorySegment products,
      int xFrom,
      int xTo,
      int yFrom,
      int yTo,
      Candidates ofSource,
      Candidates ofTarget) {
    int columns = yTo - yFrom;
    int bound = SPECIES.loopBound(columns);
    for (int row = xFrom; row < xTo; row++) {
      long at = 4L * (row - xFrom) * columns;
      int column = 0;
      for (; column < bound; column += SPECIES.length()) {
        FloatVector value =
            FloatVector.fromMemorySegment(SPECIES, products, at + 4L * column, ORDER);
        FloatVector lower =
            FloatVector.fromArray(SPECIES, ofTarget.bar, yFrom + column).min(ofSource.bar[row]);
        VectorMask<Float> above = value.compare(VectorOperators.GE, lower);
        if (above.anyTrue()) {
          long lanes = above.toLong();
          while (lanes != 0) {
            int lane = Long.numberOfTrailingZeros(lanes);
            lanes &= lanes - 1;
            float v = products.get(FLOAT, at + 4L * (column + lane));
            ofSource.offer(row, yFrom + column + lane, v);
            ofTarget.offer(yFrom + column + lane, row, v);
          }
        }
      }
      for (; column < columns; column++) {
        float v = products.get(FLOAT, at + 4L * column);
        ofSource.offer(row, yFrom + column, v);
        ofTarget.offer(yFrom + column, row, v);
      }
    }
  }

  private void offer(int of, int row, float value) {
    int start = of * width;
    int at = start + width - 1;
    if (!ahead(value, row, at)) {
      return;
    }
    while (at > start && ahead(value, row, at - 1)) {
      values[at] = values[at - 1];
      rows[at] = rows[at - 1];
      at--;
    }
    values[at] = value;
    rows[at] = row;
    bar[of] = values[start + width - 1];
  }

  private boolean ahead(float value, int row, int at) {
    return value > values[at] || (value == values[at] && row < rows[at]);
  }

  /** How many candidates every row has. */
  int width() {
    return width;
  }

  /** The product in single precision. */
  float value(int of, int rank) {
    return values[of * width + rank];
  }

  int candidate(int of, int rank) {
    return rows[of * width + rank];
  }
}
