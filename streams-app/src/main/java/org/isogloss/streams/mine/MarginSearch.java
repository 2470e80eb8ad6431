package org.isogloss.streams.mine;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.isogloss.mining.BitextMiner;
import org.isogloss.mining.MiningOptions;
import org.isogloss.mining.SimilarityBlocks;
import org.isogloss.mining.VectorMatrix;

/** Margin mining with the vectors off the heap. One search at a time. */
final class MarginSearch implements PairSearch {
  private final MiningOptions options;
  private final BitextMiner miner;

  MarginSearch(MiningOptions options, SimilarityBlocks similarity) {
    this.options = options;
    this.miner = new BitextMiner(similarity);
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
    return miner.mine(values(source), values(target), options, cancelled).stream()
        .map(pair -> new RowPair(pair.score(), pair.cosine(), pair.sourceRow(), pair.targetRow()))
        .toList();
  }

  private static VectorMatrix values(Vectors vectors) {
    return ((Matrix) vectors).values();
  }
}
