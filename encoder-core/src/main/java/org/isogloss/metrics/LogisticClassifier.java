package org.isogloss.metrics;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Multinomial logistic regression on vectors of unit length: the minimum of the sum of
 * cross-entropies + ½‖W‖², the bias being free (C = 1 in the usual libraries). Convex, so the
 * answer does not depend on the way; found by L-BFGS (Nocedal and Wright, Numerical Optimization,
 * 2006, algorithm 7.5) with backtracking. Deterministic. Immutable once fitted.
 */
public final class LogisticClassifier {
  private static final int MEMORY = 12;
  private static final int MAX_ITERATIONS = 2000;
  private static final double GRADIENT_TOLERANCE = 1e-6;

  /** Below this share of the loss, a step is rounding. */
  private static final double LOSS_TOLERANCE = 1e-15;

  private final List<String> labels;
  private final int dimension;
  private final double[] parameters;

  private LogisticClassifier(List<String> labels, int dimension, double[] parameters) {
    this.labels = labels;
    this.dimension = dimension;
    this.parameters = parameters;
  }

  /**
   * @param vectors {@code [rows][dimension]}
   * @param targets a label per row, at least two different ones
   */
  public static LogisticClassifier fit(float[][] vectors, List<String> targets) {
    if (vectors.length != targets.size()) {
      throw new IllegalArgumentException(vectors.length + " rows, " + targets.size() + " labels");
    }
    List<String> labels = List.copyOf(new TreeSet<>(targets));
    if (labels.size() < 2) {
      throw new IsoglossException(
          ErrorCode.DEGENERATE_SET, "a classifier needs two labels, there is " + labels.size());
    }
    UnitRows rows = new UnitRows(vectors);
    int[] classes = targets.stream().mapToInt(labels::indexOf).toArray();
    Objective objective = new Objective(rows, classes, labels.size());
    return new LogisticClassifier(labels, rows.dimension(), minimise(objective));
  }

  /** The most probable label of each row; of equals the first in alphabetical order. */
  public List<String> predict(float[][] vectors) {
    if (vectors.length == 0) {
      return List.of();
    }
    UnitRows rows = new UnitRows(vectors);
    if (rows.dimension() != dimension) {
      throw new IllegalArgumentException(rows.dimension() + " values per row, not " + dimension);
    }
    int classes = labels.size();
    String[] predicted = new String[vectors.length];
    double[] scores = new double[classes];
    for (int r = 0; r < predicted.length; r++) {
      Objective.scores(rows, r, parameters, classes, scores);
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = scores[c] > scores[best] ? c : best;
      }
      predicted[r] = labels.get(best);
    }
    return List.of(predicted);
  }

  /** Loss and gradient. Parameters: weights {@code [classes][dimension]}, then the biases. */
  private record Objective(UnitRows rows, int[] targets, int classes) {
    int size() {
      return (rows.dimension() + 1) * classes;
    }

    static void scores(UnitRows rows, int row, double[] parameters, int classes, double[] into) {
      int dimension = rows.dimension();
      for (int c = 0; c < classes; c++) {
        into[c] = rows.dot(row, parameters, c * dimension) + parameters[classes * dimension + c];
      }
    }

    double lossAndGradient(double[] parameters, double[] gradient) {
      int dimension = rows.dimension();
      int weights = dimension * classes;
      double loss = 0;
      for (int i = 0; i < weights; i++) {
        loss += 0.5 * parameters[i] * parameters[i];
        gradient[i] = parameters[i];
      }
      Arrays.fill(gradient, weights, gradient.length, 0);
      double[] q = new double[classes];
      for (int r = 0; r < targets.length; r++) {
        scores(rows, r, parameters, classes, q);
        double max = q[0];
        for (int c = 1; c < classes; c++) {
          max = Math.max(max, q[c]);
        }
        double sum = 0;
        double target = q[targets[r]];
        for (int c = 0; c < classes; c++) {
          q[c] = Math.exp(q[c] - max);
          sum += q[c];
        }
        loss += Math.log(sum) - (target - max);
        for (int c = 0; c < classes; c++) {
          double slope = q[c] / sum - (c == targets[r] ? 1 : 0);
          gradient[weights + c] += slope;
          rows.addTo(gradient, c * dimension, slope, r);
        }
      }
      return loss;
    }
  }

  /** A step and the change of the gradient over it. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Correction(double[] step, double[] change, double inverseCurvature) {}

  private static double[] minimise(Objective objective) {
    double[] point = new double[objective.size()];
    double[] gradient = new double[point.length];
    double loss = objective.lossAndGradient(point, gradient);
    Deque<Correction> memory = new ArrayDeque<>();
    double[] next = new double[point.length];
    double[] nextGradient = new double[point.length];
    for (int i = 0; i < MAX_ITERATIONS && maxAbsolute(gradient) > GRADIENT_TOLERANCE; i++) {
      double[] direction = direction(gradient, memory);
      double slope = dot(direction, gradient);
      double length = memory.isEmpty() ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
      double nextLoss;
      while (true) {
        for (int j = 0; j < point.length; j++) {
          next[j] = point[j] + length * direction[j];
        }
        nextLoss = objective.lossAndGradient(next, nextGradient);
        if (nextLoss <= loss + 1e-4 * length * slope || length < 1e-12) {
          break;
        }
        length /= 2;
      }
      if (length < 1e-12) {
        // Rounding hides any further descent.
        break;
      }
      double[] step = new double[point.length];
      double[] change = new double[point.length];
      for (int j = 0; j < point.length; j++) {
        step[j] = next[j] - point[j];
        change[j] = nextGradient[j] - gradient[j];
      }
      double curvature = dot(step, change);
      if (curvature > 0) {
        memory.addLast(new Correction(step, change, 1 / curvature));
        if (memory.size() > MEMORY) {
          memory.removeFirst();
        }
      }
      double[] swap = point;
      point = next;
      next = swap;
      swap = gradient;
      gradient = nextGradient;
      nextGradient = swap;
      boolean settled = loss - nextLoss <= LOSS_TOLERANCE * Math.abs(loss);
      loss = nextLoss;
      if (settled) {
        break;
      }
    }
    return point;
  }

  private static double[] direction(double[] gradient, Deque<Correction> memory) {
    double[] q = gradient.clone();
    double[] alpha = new double[memory.size()];
    int i = alpha.length;
    for (var it = memory.descendingIterator(); it.hasNext(); ) {
      Correction c = it.next();
      alpha[--i] = c.inverseCurvature() * dot(c.step(), q);
      add(q, -alpha[i], c.change());
    }
    if (!memory.isEmpty()) {
      Correction last = memory.getLast();
      double scale = 1 / (last.inverseCurvature() * dot(last.change(), last.change()));
      for (int j = 0; j < q.length; j++) {
        q[j] *= scale;
      }
    }
    for (Correction c : memory) {
      double beta = c.inverseCurvature() * dot(c.change(), q);
      add(q, alpha[i++] - beta, c.step());
    }
    for (int j = 0; j < q.length; j++) {
      q[j] = -q[j];
    }
    return q;
  }

  private static void add(double[] to, double factor, double[] what) {
    for (int j = 0; j < to.length; j++) {
      to[j] += factor * what[j];
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  private static double maxAbsolute(double[] values) {
    double max = 0;
    for (double v : values) {
      max = Math.max(max, Math.abs(v));
    }
    return max;
  }
}
