package org.isogloss.trainer.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The batches of every epoch, each a function of seed and epoch alone: examples are shuffled and
 * cut into buckets of some dozens of batches; within a bucket they are sorted by length and cut by
 * the token budget, so that a batch has sentences of few lengths; then all batches are shuffled.
 */
public final class SeededBatches {
  private static final int BATCHES_PER_BUCKET = 32;

  private final int[] tokens;
  private final int tokenBudget;
  private final int mostExamples;
  private final long seed;

  /**
   * @param tokens of every example, its sentences together
   * @param tokenBudget of a batch; an example that exceeds it is a batch of its own
   */
  public SeededBatches(int[] tokens, int tokenBudget, int mostExamples, long seed) {
    if (tokens.length == 0 || tokenBudget < 1 || mostExamples < 1) {
      throw new IllegalArgumentException(
          "%d examples, budget %d, at most %d".formatted(tokens.length, tokenBudget, mostExamples));
    }
    this.tokens = tokens.clone();
    this.tokenBudget = tokenBudget;
    this.mostExamples = mostExamples;
    this.seed = seed;
  }

  /** The batches of an epoch: every example once. */
  public List<int[]> epoch(int number) {
    Random random = new Random(seed * 1_000_003 + number);
    List<Integer> order = new ArrayList<>(IntStream.range(0, tokens.length).boxed().toList());
    Collections.shuffle(order, random);
    double mean = Arrays.stream(tokens).average().orElseThrow();
    int perBatch = (int) Math.max(1, Math.min(mostExamples, tokenBudget / Math.max(1, mean)));
    int bucket = perBatch * BATCHES_PER_BUCKET;
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < order.size(); from += bucket) {
      List<Integer> some =
          new ArrayList<>(order.subList(from, Math.min(from + bucket, order.size())));
      some.sort(Comparator.comparingInt(example -> tokens[example]));
      cut(some, batches);
    }
    Collections.shuffle(batches, random);
    return batches;
  }

  private void cut(List<Integer> examples, List<int[]> batches) {
    int from = 0;
    int cost = 0;
    for (int at = 0; at < examples.size(); at++) {
      int own = tokens[examples.get(at)];
      if (at > from && (cost + own > tokenBudget || at - from == mostExamples)) {
        batches.add(examples.subList(from, at).stream().mapToInt(Integer::intValue).toArray());
        from = at;
        cost = 0;
      }
      cost += own;
    }
    batches.add(
        examples.subList(from, examples.size()).stream().mapToInt(Integer::intValue).toArray());
  }
}
