package org.isogloss.mining;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Finds translations among vectors: margin scoring and retrieval as LASER's {@code mine} (Artetxe
 * and Schwenk, "Margin-based Parallel Corpus Mining with Multilingual Sentence Embeddings", ACL
 * 2019). Exact: every product is looked at, in single precision and blocks; the best candidates are
 * scored again in double precision. Deterministic for the same vectors, save for near ties within
 * rounding of single precision among more rows than the reserve of candidates.
 *
 * <p>Memory beyond the vectors: their unit twins if they are not of unit length, one block of
 * products a thread, and a few numbers per row. Safe for several threads.
 */
public final class BitextMiner {
  /** Candidates beyond k: near ties that single precision may order wrongly. */
  private static final int RESERVE = 8;

  private final SimilarityBlocks similarity;
  private final int threads;

  /** A miner that uses all cores. */
  public BitextMiner(SimilarityBlocks similarity) {
    this(similarity, Runtime.getRuntime().availableProcessors());
  }

  /**
   * @param threads that a search works on, started for it
   */
  public BitextMiner(SimilarityBlocks similarity, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads);
    }
    this.similarity = similarity;
    this.threads = threads;
  }

  /** As {@link #mine(VectorMatrix, VectorMatrix, MiningOptions, BooleanSupplier)}, to its end. */
  public List<MinedPair> mine(VectorMatrix source, VectorMatrix target, MiningOptions options) {
    return mine(source, target, options, () -> false);
  }

  /**
   * @param source vectors of any length but zero
   * @param target likewise, of the same dimension
   * @param cancelled asked between blocks; once true, the answer is empty
   * @return best first; equal scores by source row, then target row; an empty side gives no pair
   * @throws org.isogloss.error.IsoglossException DEGENERATE_VECTOR if a row is zero or not finite
   */
  public List<MinedPair> mine(
      VectorMatrix source, VectorMatrix target, MiningOptions options, BooleanSupplier cancelled) {
    if (source.rows() == 0 || target.rows() == 0) {
      return List.of();
    }
    source.requireSameDimension(target);
    Neighbours ofSource;
    Neighbours ofTarget;
    try (Workers workers = new Workers(threads)) {
      Candidates.BothSides candidates;
      try (VectorMatrix unitSource = source.ofUnitLength(workers);
          VectorMatrix unitTarget = target.ofUnitLength(workers)) {
        candidates =
            Candidates.search(
                similarity, unitSource, unitTarget, options.k() + RESERVE, workers, cancelled);
      }
      if (cancelled.getAsBoolean()) {
        return List.of();
      }
      ofSource = Neighbours.of(source, target, candidates.ofSource(), options.k(), workers);
      ofTarget = Neighbours.of(target, source, candidates.ofTarget(), options.k(), workers);
    }
    List<MinedPair> forward = best(ofSource, ofTarget, options.margin(), false);
    List<MinedPair> backward = best(ofTarget, ofSource, options.margin(), true);
    List<MinedPair> pairs =
        switch (options.retrieval()) {
          case FORWARD -> forward;
          case BACKWARD -> backward;
          case INTERSECT -> intersect(forward, backward);
          case MAX -> oneToOne(forward, backward, source.rows(), target.rows());
        };
    return pairs.stream()
        .filter(pair -> pair.score() >= options.threshold())
        .sorted(MinedPair.BEST_FIRST)
        .toList();
  }

  /**
   * Does the products that {@link #mine} looks at, in the same blocks on as many threads, and
   * nothing with them: what mining cannot be faster than.
   */
  public void multiplyOnly(VectorMatrix source, VectorMatrix target) {
    try (Workers workers = new Workers(threads)) {
      Candidates.forEachBlock(
          similarity,
          source,
          target,
          workers,
          () -> false,
          (products, xFrom, xTo, yFrom, yTo) -> {});
    }
  }

  /** For every row of a side its neighbour with the best score, the nearer one of equals. */
  private static List<MinedPair> best(
      Neighbours side, Neighbours other, Margin margin, boolean sideIsTarget) {
    List<MinedPair> pairs = new ArrayList<>(side.count());
    for (int row = 0; row < side.count(); row++) {
      int bestRank = 0;
      double bestScore = Double.NEGATIVE_INFINITY;
      for (int rank = 0; rank < side.k(); rank++) {
        double neighbourhood = (side.mean(row) + other.mean(side.row(row, rank))) / 2;
        double score = margin.score(side.cosine(row, rank), neighbourhood);
        if (score > bestScore) {
          bestScore = score;
          bestRank = rank;
        }
      }
      int found = side.row(row, bestRank);
      double cosine = side.cosine(row, bestRank);
      pairs.add(
          sideIsTarget
              ? new MinedPair(bestScore, cosine, found, row)
              : new MinedPair(bestScore, cosine, row, found));
    }
    return pairs;
  }

  private static List<MinedPair> intersect(List<MinedPair> forward, List<MinedPair> backward) {
    Set<Long> back = new HashSet<>();
    backward.forEach(pair -> back.add(key(pair)));
    return forward.stream().filter(pair -> back.contains(key(pair))).toList();
  }

  private static long key(MinedPair pair) {
    return (long) pair.sourceRow() << 32 | pair.targetRow();
  }

  private static List<MinedPair> oneToOne(
      List<MinedPair> forward, List<MinedPair> backward, int sources, int targets) {
    List<MinedPair> all = new ArrayList<>(forward);
    all.addAll(backward);
    all.sort(MinedPair.BEST_FIRST);
    boolean[] sourceUsed = new boolean[sources];
    boolean[] targetUsed = new boolean[targets];
    List<MinedPair> pairs = new ArrayList<>();
    for (MinedPair pair : all) {
      if (!sourceUsed[pair.sourceRow()] && !targetUsed[pair.targetRow()]) {
        sourceUsed[pair.sourceRow()] = true;
        targetUsed[pair.targetRow()] = true;
        pairs.add(pair);
      }
    }
    return pairs;
  }
}
