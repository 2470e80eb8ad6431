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
 * <p>Memory beyond the vectors: one block of products and a few numbers per row. As safe for
 * threads as the {@link SimilarityBlocks} it was given.
 */
public final class BitextMiner {
  /** Candidates beyond k: near ties that single precision may order wrongly. */
  private static final int RESERVE = 8;

  private final SimilarityBlocks similarity;

  public BitextMiner(SimilarityBlocks similarity) {
    this.similarity = similarity;
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
    if (source.dimension() != target.dimension()) {
      throw new IllegalArgumentException(
          "vectors of %d and of %d values".formatted(source.dimension(), target.dimension()));
    }
    Candidates.BothSides candidates;
    try (VectorMatrix unitSource = source.normalised();
        VectorMatrix unitTarget = target.normalised()) {
      candidates =
          Candidates.search(similarity, unitSource, unitTarget, options.k() + RESERVE, cancelled);
    }
    if (cancelled.getAsBoolean()) {
      return List.of();
    }
    Neighbours ofSource = Neighbours.of(source, target, candidates.ofSource(), options.k());
    Neighbours ofTarget = Neighbours.of(target, source, candidates.ofTarget(), options.k());
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
