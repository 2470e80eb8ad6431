package org.isogloss.metrics;

import jdk.incubator.vector.DoubleVector;
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
    double total = total(sum);
    for (; i < dimension; i++) {
      total = Math.fma(values[a + i], other[at + i], total);
    }
    return total;
  }

  /**
   * The sum of the lanes, one after another. The order of {@code reduceLanes} is left open and
   * differs between interpreter and compiler; then equal rows would have unequal cosines, and which
   * of them is nearest would change from run to run.
   */
  static double total(DoubleVector lanes) {
    double total = 0;
    for (double lane : lanes.toArray()) {
      total += lane;
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
   * Cosines of rows start..end with all rows of another from a first one on.
   *
   * @param into {@code [end - start][other.rows() - firstOther]}, row-major
   */
  void cosines(int start, int end, UnitRows other, int firstOther, double[] into) {
    int width = other.rows - firstOther;
    int row = start;
    for (; row + 2 <= end; row += 2) {
      int column = 0;
      for (; column + 4 <= width; column += 4) {
        cosines2x4(row, other, firstOther + column, into, (row - start) * width + column, width);
      }
      for (; column < width; column++) {
        into[(row - start) * width + column] = cosine(row, other, firstOther + column);
        into[(row + 1 - start) * width + column] = cosine(row + 1, other, firstOther + column);
      }
    }
    if (row < end) {
      for (int column = 0; column < width; column++) {
        into[(row - start) * width + column] = cosine(row, other, firstOther + column);
      }
    }
  }

  /** Two rows by four: six loads serve eight products, which keeps the units of the core busy. */
  private void cosines2x4(int row, UnitRows other, int otherRow, double[] into, int at, int width) {
    double[] b = other.values;
    int a0 = row * dimension;
    int b0 = otherRow * dimension;
    int bound = SPECIES.loopBound(dimension);
    DoubleVector s00 = DoubleVector.zero(SPECIES);
    DoubleVector s01 = s00;
    DoubleVector s02 = s00;
    DoubleVector s03 = s00;
    DoubleVector s10 = s00;
    DoubleVector s11 = s00;
    DoubleVector s12 = s00;
    DoubleVector s13 = s00;
    for (int i = 0; i < bound; i += SPECIES.length()) {
      DoubleVector x0 = DoubleVector.fromArray(SPECIES, values, a0 + i);
      DoubleVector x1 = DoubleVector.fromArray(SPECIES, values, a0 + dimension + i);
      DoubleVector y = DoubleVector.fromArray(SPECIES, b, b0 + i);
      s00 = x0.fma(y, s00);
      s10 = x1.fma(y, s10);
      y = DoubleVector.fromArray(SPECIES, b, b0 + dimension + i);
      s01 = x0.fma(y, s01);
      s11 = x1.fma(y, s11);
      y = DoubleVector.fromArray(SPECIES, b, b0 + 2 * dimension + i);
      s02 = x0.fma(y, s02);
      s12 = x1.fma(y, s12);
      y = DoubleVector.fromArray(SPECIES, b, b0 + 3 * dimension + i);
      s03 = x0.fma(y, s03);
      s13 = x1.fma(y, s13);
    }
    into[at] = finish(s00, row, other, otherRow, bound);
    into[at + 1] = finish(s01, row, other, otherRow + 1, bound);
    into[at + 2] = finish(s02, row, other, otherRow + 2, bound);
    into[at + 3] = finish(s03, row, other, otherRow + 3, bound);
    into[at + width] = finish(s10, row + 1, other, otherRow, bound);
    into[at + width + 1] = finish(s11, row + 1, other, otherRow + 1, bound);
    into[at + width + 2] = finish(s12, row + 1, other, otherRow + 2, bound);
    into[at + width + 3] = finish(s13, row + 1, other, otherRow + 3, bound);
  }

  private double finish(DoubleVector sum, int row, UnitRows other, int otherRow, int bound) {
    double total = total(sum);
    for (int i = bound; i < dimension; i++) {
      total = Math.fma(values[row * dimension + i], other.values[otherRow * dimension + i], total);
    }
    return total;
  }
}
