package org.isogloss.streams.mine;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.isogloss.encoder.engine.Similarities;
import org.isogloss.mining.BitextMiner;
import org.isogloss.mining.MiningOptions;
import org.isogloss.mining.SimilarityBlocks;
import org.isogloss.mining.VectorMatrix;

/** Margin mining with the vectors off the heap. */
final class MarginSearch implements PairSearch {
  private final MiningOptions options;
  private final Similarities similarities;

  /**
   * @param similarities this search's to close
   */
  MarginSearch(MiningOptions options, Similarities similarities) {
    this.options = options;
    this.similarities = similarities;
  }

  private record Matrix(VectorMatrix values) implements Vectors {
    @Override
    public void put(int row, float[] vector) {
      values.put(row, vector);
    }

    @Override
    public void close() {
      values.close();
    }
  }

  @Override
  public Vectors allocate(int rows, int dimension) {
    return new Matrix(VectorMatrix.allocate(rows, dimension));
  }

  @Override
  public List<RowPair> search(Vectors source, Vectors target, BooleanSupplier cancelled) {
    VectorMatrix x = values(source);
    VectorMatrix y = values(target);
    SimilarityBlocks similarity = similarities.forSearch(x.rows(), y.rows(), x.dimension());
    return new BitextMiner(similarity)
        .mine(x, y, options, cancelled).stream()
            .map(
                pair ->
                    new RowPair(pair.score(), pair.cosine(), pair.sourceRow(), pair.targetRow()))
            .toList();
  }

  @Override
  public void close() {
    similarities.close();
  }

  private static VectorMatrix values(Vectors vectors) {
    return ((Matrix) vectors).values();
  }
}
