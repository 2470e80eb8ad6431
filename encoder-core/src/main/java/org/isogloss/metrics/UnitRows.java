package org.isogloss.metrics;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Vectors brought to unit length in double precision, so that products are cosines. {@code
 * [rows][dimension]}, row-major. Immutable.
 */
final class UnitRows {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;

  private final int rows;
  private final int dimension;
  private final double[] values;

  /**
   * @throws IsoglossException DEGENERATE_VECTOR if a row is zero or not finite
   */
  UnitRows(float[][] vectors) {
    rows = vectors.length;
    dimension = rows == 0 ? 0 : vectors[0].length;
    values = new double[Math.multiplyExact(rows, dimension)];
    for (int r = 0; r < rows; r++) {
      float[] vector = vectors[r];
      if (vector.length != dimension) {
        throw new IllegalArgumentException(
            "row %d has %d values, not %d".formatted(r, vector.length, dimension));
      }
      double square = 0;
      for (float v : vector) {
        square += (double) v * v;
      }
      if (!(square > 0) || Double.isInfinite(square)) {
        throw new IsoglossException(
            ErrorCode.DEGENERATE_VECTOR, "row " + r + " is a zero vector or not finite");
      }
      double norm = Math.sqrt(square);
      for (int i = 0; i < dimension; i++) {
        values[r * dimension + i] = vector[i] / norm;
      }
    }
  }

  int rows() {
    return rows;
  }

  int dimension() {
    return dimension;
  }

  /** The cosine of a row of this and a row of the other. */
  double cosine(int row, UnitRows other, int otherRow) {
    return dot(row, other.values, otherRow * dimension);
  }

  /** The product of a row with {@code dimension} values that start at an index. */
  double dot(int row, double[] other, int at) {
    int a = row * dimension;
    int bound = SPECIES.loopBound(dimension);
    DoubleVector sum = DoubleVector.zero(SPECIES);
    int i = 0;
    for (; i < bound; i += SPECIES.length()) {
      sum =
          DoubleVector.fromArray(SPECIES, values, a + i)
              .fma(DoubleVector.fromArray(SPECIES, other, at + i), sum);
    }
    double total = sum.reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      total = Math.fma(values[a + i], other[at + i], total);
    }
    return total;
  }

  /** Adds factor times a row to {@code dimension} values that start at an index. */
  void addTo(double[] target, int at, double factor, int row) {
    int a = row * dimension;
    int bound = SPECIES.loopBound(dimension);
    DoubleVector scale = DoubleVector.broadcast(SPECIES, factor);
    int i = 0;
    for (; i < bound; i += SPECIES.length()) {
      DoubleVector.fromArray(SPECIES, values, a + i)
          .fma(scale, DoubleVector.fromArray(SPECIES, target, at + i))
          .intoArray(target, at + i);
    }
    for (; i < dimension; i++) {
      target[at + i] = Math.fma(values[a + i], factor, target[at + i]);
    }
  }

  /**
   * Cosines of one row with four rows that follow one another; the row is read once for all four,
   * which is what makes a block of cosines cheap.
   */
  void cosines4(int row, UnitRows other, int otherRow, double[] into, int at) {
    int a = row * dimension;
    int b = otherRow * dimension;
    int bound = SPECIES.loopBound(dimension);
    DoubleVector s0 = DoubleVector.zero(SPECIES);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    int i = 0;
    for (; i < bound; i += SPECIES.length()) {
      DoubleVector x = DoubleVector.fromArray(SPECIES, values, a + i);
      s0 = x.fma(DoubleVector.fromArray(SPECIES, other.values, b + i), s0);
      s1 = x.fma(DoubleVector.fromArray(SPECIES, other.values, b + dimension + i), s1);
      s2 = x.fma(DoubleVector.fromArray(SPECIES, other.values, b + 2 * dimension + i), s2);
      s3 = x.fma(DoubleVector.fromArray(SPECIES, other.values, b + 3 * dimension + i), s3);
    }
    double t0 = s0.reduceLanes(VectorOperators.ADD);
    double t1 = s1.reduceLanes(VectorOperators.ADD);
    double t2 = s2.reduceLanes(VectorOperators.ADD);
    double t3 = s3.reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      double x = values[a + i];
      t0 = Math.fma(x, other.values[b + i], t0);
      t1 = Math.fma(x, other.values[b + dimension + i], t1);
      t2 = Math.fma(x, other.values[b + 2 * dimension + i], t2);
      t3 = Math.fma(x, other.values[b + 3 * dimension + i], t3);
    }
    into[at] = t0;
    into[at + 1] = t1;
    into[at + 2] = t2;
    into[at + 3] = t3;
  }
}
