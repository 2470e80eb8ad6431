package org.isogloss.mining;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products by the processor's vector units. Tiles of three rows by four: twelve sums in registers,
 * seven loads for twelve products.
 */
public final class SimdSimilarity implements SimilarityBlocks {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final int TILE_ROWS = 3;
  private static final int TILE_COLUMNS = 4;

  /** Columns worked on together: their rows stay in the second-level cache. */
  private static final int PANEL_COLUMNS = 64;

  @Override
  public Block multiply(VectorMatrix x, int xFrom, int xTo, VectorMatrix y, int yFrom, int yTo) {
    x.requireSameDimension(y);
    ScalarSimilarity.HeapFreeBlock block =
        new ScalarSimilarity.HeapFreeBlock(xTo - xFrom, yTo - yFrom);
    multiply(
        x.rows(xFrom, xTo),
        xTo - xFrom,
        y.rows(yFrom, yTo),
        yTo - yFrom,
        x.dimension(),
        block.products());
    return block;
  }

  private static void multiply(
      MemorySegment a,
      int rows,
      MemorySegment b,
      int columns,
      int dimension,
      MemorySegment products) {
    for (int panel = 0; panel < columns; panel += PANEL_COLUMNS) {
      int panelEnd = Math.min(columns, panel + PANEL_COLUMNS);
      int row = 0;
      for (; row + TILE_ROWS <= rows; row += TILE_ROWS) {
        int column = panel;
        for (; column + TILE_COLUMNS <= panelEnd; column += TILE_COLUMNS) {
          tile(a, row, b, column, columns, dimension, products);
        }
        for (; column < panelEnd; column++) {
          for (int r = row; r < row + TILE_ROWS; r++) {
            products.setAtIndex(
                FLOAT, (long) r * columns + column, dot(a, r, b, column, dimension));
          }
        }
      }
      for (; row < rows; row++) {
        for (int column = panel; column < panelEnd; column++) {
          products.setAtIndex(
              FLOAT, (long) row * columns + column, dot(a, row, b, column, dimension));
        }
      }
    }
  }

  private static float dot(MemorySegment a, int row, MemorySegment b, int column, int dimension) {
    int bound = SPECIES.loopBound(dimension);
    long atA = 4L * row * dimension;
    long atB = 4L * column * dimension;
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int d = 0; d < bound; d += SPECIES.length()) {
      sum = load(a, atA + 4L * d).fma(load(b, atB + 4L * d), sum);
    }
    return sum.reduceLanes(VectorOperators.ADD) + tail(a, atA, b, atB, bound, dimension);
  }

  private static float tail(
      MemorySegment a, long atA, MemorySegment b, long atB, int from, int dimension) {
    float sum = 0;
    for (int d = from; d < dimension; d++) {
      sum += a.get(FLOAT, atA + 4L * d) * b.get(FLOAT, atB + 4L * d);
    }
    return sum;
  }

  private static FloatVector load(MemorySegment segment, long offset) {
    return FloatVector.fromMemorySegment(SPECIES, segment, offset, ORDER);
  }

  private static void tile(
      MemorySegment a,
      int row,
      MemorySegment b,
      int column,
      int columns,
      int dimension,
      MemorySegment products) {
    long stride = 4L * dimension;
    long a0 = stride * row;
    long a1 = a0 + stride;
    long a2 = a1 + stride;
    long b0 = stride * column;
    long b1 = b0 + stride;
    long b2 = b1 + stride;
    long b3 = b2 + stride;
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s03 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s13 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s23 = s00;
    int bound = SPECIES.loopBound(dimension);
    for (int d = 0; d < bound; d += SPECIES.length()) {
      long o = 4L * d;
      FloatVector x0 = load(a, a0 + o);
      FloatVector x1 = load(a, a1 + o);
      FloatVector x2 = load(a, a2 + o);
      FloatVector y = load(b, b0 + o);
      s00 = x0.fma(y, s00);
      s10 = x1.fma(y, s10);
      s20 = x2.fma(y, s20);
      y = load(b, b1 + o);
      s01 = x0.fma(y, s01);
      s11 = x1.fma(y, s11);
      s21 = x2.fma(y, s21);
      y = load(b, b2 + o);
      s02 = x0.fma(y, s02);
      s12 = x1.fma(y, s12);
      s22 = x2.fma(y, s22);
      y = load(b, b3 + o);
      s03 = x0.fma(y, s03);
      s13 = x1.fma(y, s13);
      s23 = x2.fma(y, s23);
    }
    long at = (long) row * columns + column;
    put(products, at, s00, tail(a, a0, b, b0, bound, dimension));
    put(products, at + 1, s01, tail(a, a0, b, b1, bound, dimension));
    put(products, at + 2, s02, tail(a, a0, b, b2, bound, dimension));
    put(products, at + 3, s03, tail(a, a0, b, b3, bound, dimension));
    at += columns;
    put(products, at, s10, tail(a, a1, b, b0, bound, dimension));
    put(products, at + 1, s11, tail(a, a1, b, b1, bound, dimension));
    put(products, at + 2, s12, tail(a, a1, b, b2, bound, dimension));
    put(products, at + 3, s13, tail(a, a1, b, b3, bound, dimension));
    at += columns;
    put(products, at, s20, tail(a, a2, b, b0, bound, dimension));
    put(products, at + 1, s21, tail(a, a2, b, b1, bound, dimension));
    put(products, at + 2, s22, tail(a, a2, b, b2, bound, dimension));
    put(products, at + 3, s23, tail(a, a2, b, b3, bound, dimension));
  }

  private static void put(MemorySegment products, long at, FloatVector sum, float tail) {
    products.setAtIndex(FLOAT, at, sum.reduceLanes(VectorOperators.ADD) + tail);
  }
}
