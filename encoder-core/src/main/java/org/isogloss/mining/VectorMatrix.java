package org.isogloss.mining;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Vectors off the heap: {@code [rows][dimension]}, row-major, float32 in native order. Filled by
 * one thread, then read by any; owns its memory until closed.
 */
public final class VectorMatrix implements AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final int rows;
  private final int dimension;
  private final Arena arena;
  private final MemorySegment values;

  private VectorMatrix(int rows, int dimension, Arena arena) {
    this.rows = rows;
    this.dimension = dimension;
    this.arena = arena;
    values = arena.allocate(4L * rows * dimension, 64);
  }

  /** All zero. */
  public static VectorMatrix allocate(int rows, int dimension) {
    if (rows < 0 || dimension < 1) {
      throw new IllegalArgumentException("rows %d, dimension %d".formatted(rows, dimension));
    }
    return new VectorMatrix(rows, dimension, Arena.ofShared());
  }

  /** A copy of vectors of one dimension, at least one of them. */
  public static VectorMatrix of(float[][] vectors) {
    VectorMatrix matrix = allocate(vectors.length, vectors.length == 0 ? 1 : vectors[0].length);
    for (int row = 0; row < vectors.length; row++) {
      matrix.put(row, vectors[row]);
    }
    return matrix;
  }

  public int rows() {
    return rows;
  }

  public int dimension() {
    return dimension;
  }

  /** Writes one row, {@code [dimension]}. */
  public void put(int row, float[] vector) {
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "row %d has %d values, not %d".formatted(row, vector.length, dimension));
    }
    MemorySegment.copy(vector, 0, values, FLOAT, offset(row), dimension);
  }

  /** A copy of one row, {@code [dimension]}. */
  public float[] row(int row) {
    float[] vector = new float[dimension];
    MemorySegment.copy(values, FLOAT, offset(row), vector, 0, dimension);
    return vector;
  }

  /** Rows from..to, as they lie in memory. */
  public MemorySegment rows(int from, int to) {
    return values.asSlice(offset(from), 4L * (to - from) * dimension);
  }

  /**
   * A copy with rows of unit length.
   *
   * @throws IsoglossException DEGENERATE_VECTOR, naming the row, if one is zero or not finite
   */
  VectorMatrix normalised() {
    VectorMatrix unit = allocate(rows, dimension);
    try {
      for (int row = 0; row < rows; row++) {
        float[] vector = row(row);
        double norm = Math.sqrt(square(vector));
        if (!(norm > 0) || Double.isInfinite(norm)) {
          throw new IsoglossException(
              ErrorCode.DEGENERATE_VECTOR, "row " + row + " is a zero vector or not finite");
        }
        for (int i = 0; i < dimension; i++) {
          vector[i] = (float) (vector[i] / norm);
        }
        unit.put(row, vector);
      }
      return unit;
    } catch (RuntimeException e) {
      unit.close();
      throw e;
    }
  }

  /** The cosine of two rows in double precision. */
  double cosine(int row, VectorMatrix other, int otherRow) {
    MemorySegment a = rows(row, row + 1);
    MemorySegment b = other.rows(otherRow, otherRow + 1);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < dimension; i++) {
      double x = a.getAtIndex(FLOAT, i);
      double y = b.getAtIndex(FLOAT, i);
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / Math.sqrt(aa) / Math.sqrt(bb);
  }

  private static double square(float[] vector) {
    double square = 0;
    for (float v : vector) {
      square += (double) v * v;
    }
    return square;
  }

  private long offset(int row) {
    return 4L * row * dimension;
  }

  /** Frees the memory; reading afterwards fails. Closing twice does nothing. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
