package org.isogloss.streams.mine;

import java.util.List;
import java.util.function.BooleanSupplier;

/** Finds the pairs of two sets of vectors: the seam between the flow and the arithmetic. */
interface PairSearch extends AutoCloseable {
  /** Room for vectors, all zero; the caller closes it. */
  Vectors allocate(int rows, int dimension);

  /**
   * The pairs, best first. Deterministic: the same vectors give the same pairs.
   *
   * @param cancelled asked often; true ends the search with an empty or partial result
   * @throws org.isogloss.error.IsoglossException if the vectors cannot be compared
   */
  List<RowPair> search(Vectors source, Vectors target, BooleanSupplier cancelled);

  /** No search may be under way. */
  @Override
  default void close() {}

  /** Vectors by row. Filled by one thread, then read by another. */
  interface Vectors extends AutoCloseable {
    void put(int row, float[] vector);

    @Override
    void close();
  }

  /** Two rows that belong together. */
  record RowPair(double margin, double cosine, int source, int target) {}
}
