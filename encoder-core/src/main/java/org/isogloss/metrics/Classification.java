package org.isogloss.metrics;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * How well labels were predicted.
 *
 * @param accuracy share of right labels, in %
 * @param macroF1 mean over the gold labels of F1, in %; a label never predicted counts 0
 */
public record Classification(double accuracy, double macroF1) {
  public static Classification of(List<String> gold, List<String> predicted) {
    if (gold.size() != predicted.size()) {
      throw new IllegalArgumentException(
          gold.size() + " labels, " + predicted.size() + " predicted");
    }
    if (gold.isEmpty()) {
      throw new IsoglossException(ErrorCode.DEGENERATE_SET, "no item to classify");
    }
    Set<String> labels = new TreeSet<>(gold);
    int right = 0;
    for (int i = 0; i < gold.size(); i++) {
      right += gold.get(i).equals(predicted.get(i)) ? 1 : 0;
    }
    double f1 = 0;
    for (String label : labels) {
      int both = 0;
      int either = 0;
      for (int i = 0; i < gold.size(); i++) {
        boolean isGold = gold.get(i).equals(label);
        boolean isPredicted = predicted.get(i).equals(label);
        both += isGold && isPredicted ? 1 : 0;
        either += (isGold ? 1 : 0) + (isPredicted ? 1 : 0);
      }
      f1 += 2.0 * both / either;
    }
    return new Classification(100.0 * right / gold.size(), 100 * f1 / labels.size());
  }
}
