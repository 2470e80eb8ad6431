package org.isogloss.encoder.module;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.isogloss.encoder.backbone.TensorEntry;

/**
 * How files hold a symmetric matrix: the upper triangle, row by row from the diagonal on, which is
 * half the size. Pure functions.
 */
final class UpperTriangle {
  private static final String SUFFIX = ".upper";

  private UpperTriangle() {}

  /** The name that the triangle of a matrix has in a file. */
  static String nameOf(String matrix) {
    return matrix + SUFFIX;
  }

  /** {@code [n·(n+1)/2]}. */
  static List<Long> shape(long n) {
    return List.of(n * (n + 1) / 2);
  }

  /** Whether a square matrix is symmetric, to the bit. */
  static boolean isSymmetric(TensorEntry matrix) {
    long n = matrix.shape().getFirst();
    int bytes = matrix.type().bytes();
    MemorySegment values = matrix.segment();
    for (long row = 0; row < n; row++) {
      for (long column = row + 1; column < n; column++) {
        long here = (row * n + column) * bytes;
        long there = (column * n + row) * bytes;
        if (MemorySegment.mismatch(values, here, here + bytes, values, there, there + bytes) >= 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** The triangle of a symmetric matrix {@code [n][n]}, of the same type. */
  static TensorEntry of(TensorEntry matrix) {
    long n = matrix.shape().getFirst();
    int bytes = matrix.type().bytes();
    MemorySegment triangle =
        MemorySegment.ofArray(new byte[Math.toIntExact(shape(n).getFirst() * bytes)]);
    long at = 0;
    for (long row = 0; row < n; row++) {
      long size = (n - row) * bytes;
      MemorySegment.copy(matrix.segment(), (row * n + row) * bytes, triangle, at, size);
      at += size;
    }
    return new TensorEntry(nameOf(matrix.name()), matrix.type(), shape(n), triangle);
  }

  /** The matrix {@code [n][n]} of a triangle; it does not share its memory. */
  static TensorEntry matrix(TensorEntry triangle, String name, long n) {
    int bytes = triangle.type().bytes();
    MemorySegment matrix = MemorySegment.ofArray(new byte[Math.toIntExact(n * n * bytes)]);
    long at = 0;
    for (long row = 0; row < n; row++) {
      for (long column = row; column < n; column++) {
        MemorySegment.copy(triangle.segment(), at, matrix, (row * n + column) * bytes, bytes);
        MemorySegment.copy(triangle.segment(), at, matrix, (column * n + row) * bytes, bytes);
        at += bytes;
      }
    }
    return new TensorEntry(name, triangle.type(), List.of(n, n), matrix);
  }
}
