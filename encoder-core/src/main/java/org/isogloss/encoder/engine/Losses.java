package org.isogloss.encoder.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Set;

/**
 * The losses of {@link Objective}, by operators that gradients pass through. Every operator begins
 * with a tensor of the step, which so owns the result.
 */
final class Losses {
  /** As good as minus infinity in either precision, without making NaN. */
  private static final double EXCLUDED = -1e9;

  private static final double SMALLEST_NORM = 1e-12;

  private final NDManager step;
  private final DataType type;

  Losses(NDManager step, DataType type) {
    this.step = step;
    this.type = type;
  }

  /**
   * The loss of a batch.
   *
   * @param vectors {@code [sentences][dimension]} in the order of the objective's targets
   * @return a scalar, the step's
   */
  NDArray of(Objective objective, NDArray vectors) {
    return switch (objective) {
      case Objective.Cosine cosine -> {
        requireOne(cosine.targets(), vectors);
        NDArray y = cosine.bank().rows(step, type, cosine.targets(), true);
        yield unit(vectors).mul(y).sum(new int[] {1}).mean().neg().add(scalar(1));
      }
      case Objective.SquaredError error -> {
        requireOne(error.targets(), vectors);
        NDArray y = error.bank().rows(step, type, error.targets(), false);
        yield vectors.sub(y).square().mean();
      }
      case Objective.InBatch batch -> {
        requireOne(batch.targets(), vectors);
        NDArray y = batch.bank().rows(step, type, batch.targets(), true);
        yield inBatch(unit(vectors), y, batch);
      }
      case Objective.WholeBank whole -> {
        requireOne(whole.targets(), vectors);
        NDArray x = unit(vectors);
        NDArray y = whole.bank().rows(step, type, whole.targets(), true);
        NDArray others = x.matMul(whole.bank().columns()).mul(scalar(whole.scale()));
        NDArray same = atLeast(y.matMul(whole.bank().columns()), whole.sameFrom());
        NDArray own = x.mul(y).sum(new int[] {1}, true).mul(scalar(whole.scale()));
        yield firstOf(own, others.add(same.add(alsoRight(whole))));
      }
      case Objective.Ranking ranking -> ranking(ranking, unit(vectors));
      case Objective.Sum sum -> {
        NDArray total = weighted(sum.terms().getFirst(), vectors);
        for (Objective.Term term : sum.terms().subList(1, sum.terms().size())) {
          total = total.add(weighted(term, vectors));
        }
        yield total;
      }
    };
  }

  private NDArray weighted(Objective.Term term, NDArray vectors) {
    return of(term.objective(), vectors).mul(scalar(term.weight()));
  }

  private NDArray inBatch(NDArray x, NDArray y, Objective.InBatch batch) {
    NDArray scores = x.matMul(y.transpose()).mul(scalar(batch.scale()));
    NDArray same = atLeast(y.matMul(y.transpose()), batch.sameFrom());
    NDArray own = x.mul(y).sum(new int[] {1}, true).mul(scalar(batch.scale()));
    NDArray excluded = same.add(ownOrAlsoRight(batch));
    NDArray others = scores.add(excluded);
    int hardest = Math.min(batch.hardNegatives(), batch.bank().size());
    if (hardest > 0) {
      others = NDArrays.concat(new NDList(others, hardest(x, y, batch, hardest)), 1);
    }
    NDArray forth = firstOf(own, others);
    if (!batch.bothWays()) {
      return forth;
    }
    NDArray back = firstOf(own, scores.add(excluded).transpose());
    return forth.add(back).mul(scalar(0.5));
  }

  /** The greatest scores of what the bank has beside the batch's targets. */
  private NDArray hardest(NDArray x, NDArray y, Objective.InBatch batch, int count) {
    int rows = batch.targets().size();
    int columns = batch.bank().size();
    float[] excluded = new float[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < rows; i++) {
      for (int target : batch.targets()) {
        excluded[i * columns + target] = (float) EXCLUDED;
      }
      for (int right : batch.alsoRight().get(i)) {
        excluded[i * columns + right] = (float) EXCLUDED;
      }
    }
    NDArray same = atLeast(y.matMul(batch.bank().columns()), batch.sameFrom());
    return x.matMul(batch.bank().columns())
        .mul(scalar(batch.scale()))
        .add(same)
        .add(constant(excluded, rows, columns))
        .topK(count, 1, true, false)
        .get(0);
  }

  private NDArray ranking(Objective.Ranking ranking, NDArray unit) {
    int pairs = ranking.pairs();
    List<Integer> texts = ranking.texts();
    requireOne(texts, unit);
    int candidates = texts.size() - pairs;
    NDList parts = unit.split(new long[] {pairs}, 0);
    NDArray scores = parts.get(0).matMul(parts.get(1).transpose()).mul(scalar(ranking.scale()));
    float[] excluded = new float[pairs * candidates];
    float[] chosen = new float[pairs * candidates];
    for (int anchor = 0; anchor < pairs; anchor++) {
      int positive = texts.get(pairs + anchor);
      for (int candidate = 0; candidate < candidates; candidate++) {
        int text = texts.get(pairs + candidate);
        int at = anchor * candidates + candidate;
        if (candidate == anchor) {
          chosen[at] = 1;
        } else if (text == positive
            || text == texts.get(anchor)
            || ranking.alsoRight().get(anchor).contains(text)) {
          excluded[at] = (float) EXCLUDED;
        }
      }
    }
    NDArray masked = scores.add(constant(excluded, pairs, candidates));
    return masked.logSoftmax(1).mul(constant(chosen, pairs, candidates)).sum().div(scalar(-pairs));
  }

  /** Minus the mean logarithm of the first column's share, others being the further columns. */
  private static NDArray firstOf(NDArray own, NDArray others) {
    NDArray all = NDArrays.concat(new NDList(own, others), 1);
    return all.logSoftmax(1).split(new long[] {1}, 1).get(0).mean().neg();
  }

  /** Excludes where a cosine is so high; a constant. */
  private NDArray atLeast(NDArray cosines, double bound) {
    return cosines.gte(scalar(bound)).toType(type, false).mul(scalar(EXCLUDED));
  }

  /** Excludes each sentence's own target, and those that are right for it as well. */
  private NDArray ownOrAlsoRight(Objective.InBatch batch) {
    List<Integer> targets = batch.targets();
    int size = targets.size();
    float[] values = new float[size * size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        if (targets.get(i).equals(targets.get(j))
            || batch.alsoRight().get(i).contains(targets.get(j))) {
          values[i * size + j] = (float) EXCLUDED;
        }
      }
    }
    return constant(values, size, size);
  }

  /** Excludes what of the bank is right as well. */
  private NDArray alsoRight(Objective.WholeBank whole) {
    int rows = whole.targets().size();
    int columns = whole.bank().size();
    if (whole.alsoRight().stream().allMatch(Set::isEmpty)) {
      return step.zeros(new Shape(1, 1), type);
    }
    float[] values = new float[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < rows; i++) {
      for (int right : whole.alsoRight().get(i)) {
        values[i * columns + right] = (float) EXCLUDED;
      }
    }
    return constant(values, rows, columns);
  }

  private NDArray scalar(double value) {
    return GradientProgram.scalar(step, value);
  }

  private NDArray constant(float[] values, int rows, int columns) {
    return GradientProgram.tensor(step, values, new Shape(rows, columns), type);
  }

  private NDArray unit(NDArray rows) {
    NDArray norm = rows.square().sum(new int[] {1}, true).sqrt();
    return rows.div(norm.maximum(scalar(SMALLEST_NORM)));
  }

  private static void requireOne(List<Integer> perSentence, NDArray vectors) {
    if (perSentence.size() != vectors.getShape().get(0)) {
      throw new IllegalArgumentException(
          "%d targets for %d sentences".formatted(perSentence.size(), vectors.getShape().get(0)));
    }
  }
}
