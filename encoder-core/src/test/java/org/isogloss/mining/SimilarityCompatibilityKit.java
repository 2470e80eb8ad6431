package org.isogloss.mining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every way to multiply blocks holds; a subclass gives the way. */
public abstract class SimilarityCompatibilityKit {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int SENTINEL = 3;

  protected abstract SimilarityBlocks similarity();

  @Test
  void productsOfOddSizesEqualThoseInDoublePrecision() {
    Random random = new Random(SEED);
    for (int round = 0; round < 60; round++) {
      int dimension = 1 + random.nextInt(100);
      int rows = 1 + random.nextInt(20);
      int columns = 1 + random.nextInt(90);
      check(random, rows, columns, dimension, "seed %d, round %d".formatted(SEED, round));
    }
  }

  @Test
  void oneRowAgainstOneRowIsOneProduct() {
    check(new Random(SEED), 1, 1, 1, "one value");
    check(new Random(SEED), 1, 1, 768, "seed " + SEED);
  }

  @Test
  void rowsThatFillNoTileEqualThoseInDoublePrecision() {
    Random random = new Random(SEED);
    check(random, 1, 131, 768, "seed " + SEED);
    check(random, 67, 1, 768, "seed " + SEED);
    check(random, 65, 129, 769, "seed " + SEED);
  }

  @Test
  void anEmptySideGivesAnEmptyBlock() {
    try (VectorMatrix some = random(new Random(SEED), 3, 5);
        VectorMatrix none = VectorMatrix.allocate(0, 5);
        SimilarityBlocks.Block right = similarity().multiply(some, 0, 3, none, 0, 0);
        SimilarityBlocks.Block left = similarity().multiply(some, 2, 2, some, 0, 3)) {
      assertThat(right.products().byteSize()).isZero();
      assertThat(left.products().byteSize()).isZero();
    }
  }

  @Test
  void differentDimensionsAreRefused() {
    try (VectorMatrix x = VectorMatrix.allocate(1, 2);
        VectorMatrix y = VectorMatrix.allocate(1, 3)) {
      assertThatThrownBy(() -> similarity().multiply(x, 0, 1, y, 0, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2")
          .hasMessageContaining("3");
    }
  }

  @Test
  void blocksOpenAtTheSameTimeDoNotDisturbEachOther() {
    Random random = new Random(SEED);
    try (VectorMatrix x = random(random, 9, 33);
        VectorMatrix y = random(random, 7, 33);
        SimilarityBlocks.Block first = similarity().multiply(x, 0, 4, y, 0, 7);
        SimilarityBlocks.Block second = similarity().multiply(x, 4, 9, y, 0, 7)) {
      requireProducts(first, x, 0, 4, y, 0, 7, "first");
      requireProducts(second, x, 4, 9, y, 0, 7, "second");
    }
  }

  @Test
  void severalThreadsGetTheirOwnProducts() {
    Random random = new Random(SEED);
    SimilarityBlocks similarity = similarity();
    try (VectorMatrix x = random(random, 64, 48);
        VectorMatrix y = random(random, 50, 48);
        Workers workers = new Workers(4)) {
      workers.run(
          64,
          row -> {
            try (SimilarityBlocks.Block block = similarity.multiply(x, row, row + 1, y, 0, 50)) {
              requireProducts(block, x, row, row + 1, y, 0, 50, "row " + row);
            }
          });
    }
  }

  private void check(Random random, int rows, int columns, int dimension, String description) {
    try (VectorMatrix x = random(random, rows + SENTINEL, dimension);
        VectorMatrix y = random(random, columns + SENTINEL, dimension);
        SimilarityBlocks.Block block =
            similarity().multiply(x, SENTINEL, rows + SENTINEL, y, 1, columns + 1)) {
      requireProducts(block, x, SENTINEL, rows + SENTINEL, y, 1, columns + 1, description);
    }
  }

  private static void requireProducts(
      SimilarityBlocks.Block block,
      VectorMatrix x,
      int xFrom,
      int xTo,
      VectorMatrix y,
      int yFrom,
      int yTo,
      String description) {
    int columns = yTo - yFrom;
    assertThat(block.products().byteSize()).isEqualTo(4L * (xTo - xFrom) * columns);
    for (int row = xFrom; row < xTo; row++) {
      float[] a = x.row(row);
      for (int column = yFrom; column < yTo; column++) {
        float[] b = y.row(column);
        double exact = IntStream.range(0, a.length).mapToDouble(i -> (double) a[i] * b[i]).sum();
        double magnitude =
            IntStream.range(0, a.length).mapToDouble(i -> Math.abs((double) a[i] * b[i])).sum();
        float ours =
            block
                .products()
                .getAtIndex(
                    ValueLayout.JAVA_FLOAT, (long) (row - xFrom) * columns + column - yFrom);
        assertThat((double) ours)
            .as("%s, row %d, column %d, dimension %d", description, row, column, a.length)
            .isCloseTo(exact, within(a.length * 0x1p-23 * magnitude + 1e-30));
      }
    }
  }

  private static VectorMatrix random(Random random, int rows, int dimension) {
    VectorMatrix matrix = VectorMatrix.allocate(rows, dimension);
    float[] vector = new float[dimension];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      matrix.put(row, vector);
    }
    return matrix;
  }
}
