package org.isogloss.trainer.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * The batches of every epoch, each a function of seed and epoch alone: examples are shuffled and
 * cut into buckets of some dozens of batches; within a bucket they are sorted by length and cut by
 * the token budget, so that a batch has sentences of few lengths; then all batches are shuffled. A
 * {@link Mixture} may draw sources by other weights, and keep some examples to a share of every
 * batch: those fill up batches that are cut a little smaller, and what finds no room waits for
 * another epoch.
 */
public final class SeededBatches {
  private static final int BATCHES_PER_BUCKET = 32;

  private final int[] tokens;
  private final int tokenBudget;
  private final int mostExamples;
  private final long seed;
  private final Mixture mixture;

  /**
   * @param tokens of every example, its sentences together
   * @param tokenBudget of a batch; an example that exceeds it is a batch of its own
   */
  public SeededBatches(int[] tokens, int tokenBudget, int mostExamples, long seed) {
    this(tokens, tokenBudget, mostExamples, seed, Mixture.NONE);
  }

  /** The same with sources that are mixed. */
  public SeededBatches(
      int[] tokens, int tokenBudget, int mostExamples, long seed, Mixture mixture) {
    if (tokens.length == 0 || tokenBudget < 1 || mostExamples < 1) {
      throw new IllegalArgumentException(
          "%d examples, budget %d, at most %d".formatted(tokens.length, tokenBudget, mostExamples));
    }
    this.tokens = tokens.clone();
    this.tokenBudget = tokenBudget;
    this.mostExamples = mostExamples;
    this.seed = seed;
    this.mixture = mixture;
  }

  /** The batches of an epoch: every example once, unless the mixture says something else. */
  public List<int[]> epoch(int number) {
    Random random = new Random(RunSeed.of(seed, number));
    List<Integer> drawn = mixture.draw(tokens.length, random);
    List<Integer> limited = drawn.stream().filter(mixture::isLimited).toList();
    boolean apart = !limited.isEmpty() && limited.size() < drawn.size() && mixture.limit() < 1;
    if (!apart) {
      return batches(drawn, tokenBudget, mostExamples, random);
    }
    double share = 1 - mixture.limit();
    List<int[]> cut =
        batches(
            drawn.stream().filter(example -> !mixture.isLimited(example)).toList(),
            Math.max(1, (int) (tokenBudget * share)),
            Math.max(1, (int) (mostExamples * share)),
            random);
    List<int[]> filled = new ArrayList<>();
    int next = 0;
    for (int[] batch : cut) {
      List<Integer> whole = new ArrayList<>(Arrays.stream(batch).boxed().toList());
      int cost = Arrays.stream(batch).map(example -> tokens[example]).sum();
      int room = Math.min(mixture.beside(batch.length), mostExamples - batch.length);
      while (room > 0 && next < limited.size() && cost + tokens[limited.get(next)] <= tokenBudget) {
        cost += tokens[limited.get(next)];
        whole.add(limited.get(next++));
        room--;
      }
      filled.add(whole.stream().mapToInt(Integer::intValue).toArray());
    }
    return filled;
  }

  private List<int[]> batches(List<Integer> order, int budget, int most, Random random) {
    double mean = Arrays.stream(tokens).average().orElseThrow();
    int perBatch = (int) Math.max(1, Math.min(most, budget / Math.max(1, mean)));
    int bucket = perBatch * BATCHES_PER_BUCKET;
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < order.size(); from += bucket) {
      List<Integer> some =
          new ArrayList<>(order.subList(from, Math.min(from + bucket, order.size())));
      some.sort(Comparator.comparingInt(example -> tokens[example]));
      cut(some, budget, most, batches);
    }
    Collections.shuffle(batches, random);
    return batches;
  }

  private void cut(List<Integer> examples, int budget, int most, List<int[]> batches) {
    int from = 0;
    int cost = 0;
    for (int at = 0; at < examples.size(); at++) {
      int own = tokens[examples.get(at)];
      if (at > from && (cost + own > budget || at - from == most)) {
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
