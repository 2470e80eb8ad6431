package org.isogloss.trainer.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.isogloss.trainer.loop.SeededBatches;

/**
 * Batches of random sentences, whose lengths are those of sentences: what a step costs depends on
 * nothing else.
 *
 * @param batches sentences of similar length, cut by a token budget as training cuts them
 */
public record Workload(List<Batch> batches) {
  private static final int SHORTEST = 6;
  private static final int LONGEST = 42;
  private static final int FIRST_PIECE = 5;
  private static final int MOST_SENTENCES = 128;
  private static final int MEAN_LENGTH = 24;

  /** Of seven pieces one is hidden, which is about 15 %. */
  private static final int EACH_HIDDEN = 7;

  /**
   * One batch.
   *
   * @param ids per sentence
   * @param targets per sentence, numbers in the bank
   */
  public record Batch(List<int[]> ids, List<Integer> targets) {
    public Batch {
      ids = List.copyOf(ids);
      targets = List.copyOf(targets);
    }

    /** Places whose pieces are to be predicted, per sentence. */
    List<List<Integer>> places() {
      return ids.stream()
          .map(
              sentence ->
                  IntStream.range(1, sentence.length - 1)
                      .filter(place -> place % EACH_HIDDEN == 1)
                      .boxed()
                      .toList())
          .toList();
    }

    /** What stands there, per sentence. */
    List<List<Integer>> pieces() {
      List<List<Integer>> places = places();
      return IntStream.range(0, ids.size())
          .mapToObj(row -> places.get(row).stream().map(place -> ids.get(row)[place]).toList())
          .toList();
    }
  }

  public Workload {
    batches = List.copyOf(batches);
    if (batches.isEmpty()) {
      throw new IllegalArgumentException("no batches");
    }
  }

  /**
   * Draws.
   *
   * @param count of batches
   * @param tokenBudget of a batch
   * @param pieces ids are below
   * @param bank how many vectors there are to be targets
   */
  public static Workload random(int count, int tokenBudget, int pieces, int bank, long seed) {
    Random random = new Random(seed);
    int sentences = Math.max(2, 2 * count * tokenBudget / MEAN_LENGTH);
    List<int[]> drawn = new ArrayList<>();
    for (int i = 0; i < sentences; i++) {
      drawn.add(
          random
              .ints(SHORTEST + random.nextInt(LONGEST - SHORTEST), FIRST_PIECE, pieces)
              .toArray());
    }
    SeededBatches cut =
        new SeededBatches(
            drawn.stream().mapToInt(ids -> ids.length).toArray(),
            tokenBudget,
            MOST_SENTENCES,
            seed);
    return new Workload(
        cut.epoch(0).stream()
            .limit(count)
            .map(
                batch ->
                    new Batch(
                        Arrays.stream(batch).mapToObj(drawn::get).toList(),
                        Arrays.stream(batch).mapToObj(i -> random.nextInt(bank)).toList()))
            .toList());
  }

  /** Of all batches together. */
  public long tokens() {
    return batches.stream()
        .flatMap(batch -> batch.ids().stream())
        .mapToLong(ids -> ids.length)
        .sum();
  }
}
