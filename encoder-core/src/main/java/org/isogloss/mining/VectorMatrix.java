package org.isogloss.mining;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Vectors off the heap: {@code [rows][dimension]}, row-major, float32 in native order. Filled by
 * one thread, then read by any; owns its memory until closed.
 */
public final class VectorMatrix implements AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  /** As many floats as there are doubles in a vector. */
  private static final VectorSpecies<Float> HALF_FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));

  /** How far from 1 a length may be to count as 1: a few roundings of single precision. */
  static final double UNIT_TOLERANCE = 4 * 0x1p-24;

  private static final int ROWS_OF_A_PIECE = 256;

  private final int rows;
  private final int dimension;
  private final Arena arena;
  private final MemorySegment values;

  /** The arena is this matrix's own; the values may be another's. */
  private VectorMatrix(int rows, int dimension, Arena arena, MemorySegment values) {
    this.rows = rows;
    this.dimension = dimension;
    this.arena = arena;
    this.values = values;
  }

  /** All zero. */
  public static VectorMatrix allocate(int rows, int dimension) {
    if (rows < 0 || dimension < 1) {
      throw new IllegalArgumentException("rows %d, dimension %d".formatted(rows, dimension));
    }
    Arena arena = Arena.ofShared();
    return new VectorMatrix(rows, dimension, arena, arena.allocate(4L * rows * dimension, 64));
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
   * @throws IllegalArgumentException if the other's vectors have more or fewer values
   */
  public void requireSameDimension(VectorMatrix other) {
    if (dimension != other.dimension) {
      throw new IllegalArgumentException(
          "vectors of %d and of %d values".formatted(dimension, other.dimension));
    }
  }

  /**
   * The same rows with unit length: a view if they have it, else a copy; the caller closes it
   * first.
   *
   * @throws IsoglossException DEGENERATE_VECTOR, naming the row, if one is zero or not finite
   */
  VectorMatrix ofUnitLength(Workers workers) {
    AtomicBoolean all = new AtomicBoolean(true);
    eachRow(
        workers,
        row -> {
          double length = length(row);
          if (!(length > 0) || Double.isInfinite(length)) {
            throw new IsoglossException(
                ErrorCode.DEGENERATE_VECTOR, "row " + row + " is a zero vector or not finite");
          }
          if (Math.abs(length - 1) > UNIT_TOLERANCE) {
            all.setPlain(false);
          }
        });
    if (all.getPlain()) {
      return new VectorMatrix(rows, dimension, Arena.ofShared(), values);
    }
    VectorMatrix unit = allocate(rows, dimension);
    eachRow(
        workers,
        row -> {
          float[] vector = row(row);
          double length = length(row);
          for (int i = 0; i < dimension; i++) {
            vector[i] = (float) (vector[i] / length);
          }
          unit.put(row, vector);
        });
    return unit;
  }

  private void eachRow(Workers workers, IntConsumer work) {
    workers.run(
        Math.ceilDiv(rows, ROWS_OF_A_PIECE),
        piece -> {
          int from = piece * ROWS_OF_A_PIECE;
          for (int row = from; row < Math.min(rows, from + ROWS_OF_A_PIECE); row++) {
            work.accept(row);
          }
        });
  }

  private double length(int row) {
    long at = offset(row);
    int bound = DOUBLES.loopBound(dimension);
    DoubleVector sum = DoubleVector.zero(DOUBLES);
    for (int i = 0; i < bound; i += DOUBLES.length()) {
      DoubleVector x = doubles(values, at + 4L * i);
      sum = x.fma(x, sum);
    }
    double square = sum(sum);
    for (int i = bound; i < dimension; i++) {
      double x = values.get(FLOAT, at + 4L * i);
      square += x * x;
    }
    return Math.sqrt(square);
  }

  /** The cosine of two rows in double precision. */
  double cosine(int row, VectorMatrix other, int otherRow) {
    long a = offset(row);
    long b = other.offset(otherRow);
    int bound = DOUBLES.loopBound(dimension);
    DoubleVector sumAb = DoubleVector.zero(DOUBLES);
    DoubleVector sumAa = sumAb;
    DoubleVector sumBb = sumAb;
    for (int i = 0; i < bound; i += DOUBLES.length()) {
      DoubleVector x = doubles(values, a + 4L * i);
      DoubleVector y = doubles(other.values, b + 4L * i);
      sumAb = x.fma(y, sumAb);
      sumAa = x.fma(x, sumAa);
      sumBb = y.fma(y, sumBb);
    }
    double ab = sum(sumAb);
    double aa = sum(sumAa);
    double bb = sum(sumBb);
    for (int i = bound; i < dimension; i++) {
      double x = values.get(FLOAT, a + 4L * i);
      double y = other.values.get(FLOAT, b + 4L * i);
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / Math.sqrt(aa) / Math.sqrt(bb);
  }

  /**
   * In the order of the lanes. The Vector API's own reduction takes one order when interpreted and
   * another when compiled, so that equal vectors would not always give equal bits.
   */
  private static double sum(DoubleVector lanes) {
    double sum = 0;
    for (double lane : lanes.toArray()) {
      sum += lane;
    }
    return sum;
  }

  private static DoubleVector doubles(MemorySegment values, long offset) {
    return (DoubleVector)
        FloatVector.fromMemorySegment(HALF_FLOATS, values, offset, ByteOrder.nativeOrder())
            .convertShape(VectorOperators.F2D, DOUBLES, 0);
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
