package org.isogloss.trainer.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How examples of several sources come together in the batches of an epoch.
 *
 * @param sources the number of every example's source; empty: there is one
 * @param rootWeights whether sources share an epoch by the roots of their sizes, and not by the
 *     sizes: small ones come up several times then, of large ones a part does, another in every
 *     epoch
 * @param limited whether an example is one of those that may make up no more than the limit
 * @param limit share of a batch's examples
 */
public record Mixture(
    List<Integer> sources, boolean rootWeights, List<Boolean> limited, double limit) {
  /** Every example once an epoch, in any batch. */
  public static final Mixture NONE = new Mixture(List.of(), false, List.of(), 1);

  public Mixture {
    sources = List.copyOf(sources);
    limited = List.copyOf(limited);
    if (!(limit > 0 && limit <= 1)) {
      throw new IllegalArgumentException("a limit of " + limit);
    }
    if (rootWeights && sources.isEmpty()) {
      throw new IllegalArgumentException("weights of unknown sources");
    }
  }

  /** The examples of an epoch in a random order. */
  List<Integer> draw(int examples, Random random) {
    if (!rootWeights) {
      return shuffled(IntStream.range(0, examples).boxed().toList(), random);
    }
    Map<Integer, List<Integer>> bySource = new TreeMap<>();
    for (int example = 0; example < examples; example++) {
      bySource.computeIfAbsent(sources.get(example), unseen -> new ArrayList<>()).add(example);
    }
    double roots = bySource.values().stream().mapToDouble(of -> Math.sqrt(of.size())).sum();
    List<Integer> drawn = new ArrayList<>();
    for (List<Integer> of : bySource.values()) {
      long wanted = Math.max(1, Math.round(examples * Math.sqrt(of.size()) / roots));
      while (wanted > 0) {
        List<Integer> some = shuffled(of, random);
        int count = (int) Math.min(wanted, some.size());
        drawn.addAll(some.subList(0, count));
        wanted -= count;
      }
    }
    Collections.shuffle(drawn, random);
    return drawn;
  }

  boolean isLimited(int example) {
    return !limited.isEmpty() && limited.get(example);
  }

  /** How many limited examples may stand beside so many others. */
  int beside(int others) {
    return (int) Math.floor(others * limit / (1 - limit) + 1e-9);
  }

  private static List<Integer> shuffled(List<Integer> examples, Random random) {
    List<Integer> shuffled = new ArrayList<>(examples);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }
}
