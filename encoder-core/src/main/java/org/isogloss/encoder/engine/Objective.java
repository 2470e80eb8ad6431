package org.isogloss.encoder.engine;

import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * What a batch's vectors are trained towards. Below, x is a sentence's vector brought to unit
 * length, y the unit vector of its target; a loss is a mean over the sentences.
 */
public sealed interface Objective {
  /** 1 − x·y. */
  record Cosine(VectorBank bank, List<Integer> targets) implements Objective {
    public Cosine {
      targets = List.copyOf(targets);
      requireWithin(bank, targets);
    }
  }

  /**
   * The mean squared difference of the components of the vectors themselves, not brought to unit
   * length (Reimers and Gurevych 2020, multilingual distillation).
   */
  record SquaredError(VectorBank bank, List<Integer> targets) implements Objective {
    public SquaredError {
      targets = List.copyOf(targets);
      requireWithin(bank, targets);
    }
  }

  /**
   * Cross-entropy of finding y among the targets of the batch: multiple-negatives ranking
   * (Henderson et al. 2017) on scale · cosine.
   *
   * @param alsoRight per sentence, further vectors of the bank that are right: no negatives of it,
   *     nor it of theirs
   * @param scale inverse temperature
   * @param sameFrom another target as close to y as this cosine counts as the same and is left out
   * @param bothWays whether each target must find its sentence too; the loss is the mean then
   * @param hardNegatives so many vectors of the bank beside the batch's, those closest to x at the
   *     moment, are negatives of each sentence; what is right or the same as y is none
   */
  record InBatch(
      VectorBank bank,
      List<Integer> targets,
      List<Set<Integer>> alsoRight,
      double scale,
      double sameFrom,
      boolean bothWays,
      int hardNegatives)
      implements Objective {
    public InBatch {
      targets = List.copyOf(targets);
      alsoRight = List.copyOf(alsoRight);
      requireWithin(bank, targets);
      requireFor(targets, alsoRight);
      requireScale(scale);
      if (hardNegatives < 0) {
        throw new IllegalArgumentException(hardNegatives + " hard negatives");
      }
    }

    /** Without hard negatives. */
    public InBatch(
        VectorBank bank,
        List<Integer> targets,
        List<Set<Integer>> alsoRight,
        double scale,
        double sameFrom,
        boolean bothWays) {
      this(bank, targets, alsoRight, scale, sameFrom, bothWays, 0);
    }

    /** Where no sentence has further right vectors, either. */
    public InBatch(
        VectorBank bank, List<Integer> targets, double scale, double sameFrom, boolean bothWays) {
      this(bank, targets, none(targets.size()), scale, sameFrom, bothWays);
    }
  }

  /**
   * The same among all vectors of the bank, which costs next to nothing.
   *
   * @param alsoRight per sentence, further vectors of the bank that are right: no negatives
   */
  record WholeBank(
      VectorBank bank,
      List<Integer> targets,
      List<Set<Integer>> alsoRight,
      double scale,
      double sameFrom)
      implements Objective {
    public WholeBank {
      targets = List.copyOf(targets);
      alsoRight = List.copyOf(alsoRight);
      requireWithin(bank, targets);
      requireFor(targets, alsoRight);
      requireScale(scale);
    }

    /** Where no sentence has further right vectors. */
    public WholeBank(VectorBank bank, List<Integer> targets, double scale, double sameFrom) {
      this(bank, targets, none(targets.size()), scale, sameFrom);
    }
  }

  /**
   * Multiple-negatives ranking within the batch, where both sides learn: its first sentences are
   * the anchors, the next as many are their positives, in order, and what remains are further
   * negatives.
   *
   * @param texts per sentence of the batch a number that equal texts share: a candidate with the
   *     text of the anchor or of its positive is no negative
   * @param alsoRight per anchor, numbers of further texts that are no negatives of it
   */
  record Ranking(List<Integer> texts, int pairs, List<Set<Integer>> alsoRight, double scale)
      implements Objective {
    public Ranking {
      texts = List.copyOf(texts);
      alsoRight = List.copyOf(alsoRight);
      requireScale(scale);
      if (pairs < 1 || texts.size() < 2 * pairs || alsoRight.size() != pairs) {
        throw new IllegalArgumentException(
            "%d pairs of %d sentences, %d sets of further texts"
                .formatted(pairs, texts.size(), alsoRight.size()));
      }
    }

    /** Where no anchor has further right texts. */
    public Ranking(List<Integer> texts, int pairs, double scale) {
      this(texts, pairs, none(Math.max(0, pairs)), scale);
    }
  }

  /** A sum of losses with weights. */
  record Sum(List<Term> terms) implements Objective {
    public Sum {
      terms = List.copyOf(terms);
      if (terms.isEmpty()) {
        throw new IllegalArgumentException("a sum of nothing");
      }
    }
  }

  record Term(double weight, Objective objective) {}

  private static void requireWithin(VectorBank bank, List<Integer> targets) {
    for (int target : targets) {
      if (target < 0 || target >= bank.size()) {
        throw new IllegalArgumentException(
            "target %d of a bank of %d".formatted(target, bank.size()));
      }
    }
  }

  private static List<Set<Integer>> none(int sentences) {
    return Collections.nCopies(sentences, Set.of());
  }

  private static void requireFor(List<Integer> targets, List<Set<Integer>> alsoRight) {
    if (alsoRight.size() != targets.size()) {
      throw new IllegalArgumentException(
          "further right vectors for %d of %d sentences"
              .formatted(alsoRight.size(), targets.size()));
    }
  }

  private static void requireScale(double scale) {
    if (!(scale > 0) || Double.isInfinite(scale)) {
      throw new IllegalArgumentException("scale " + scale);
    }
  }
}
