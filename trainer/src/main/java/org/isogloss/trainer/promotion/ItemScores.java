package org.isogloss.trainer.promotion;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How one set of modules does on held-out items, item by item. Immutable: the arrays are its own.
 */
public final class ItemScores {
  private final Map<HeldOutMetric, double[]> values = new EnumMap<>(HeldOutMetric.class);
  private final int items;

  /**
   * @param values by metric, {@code [items]}; every metric, all of one length
   */
  public ItemScores(Map<HeldOutMetric, double[]> values) {
    int count = -1;
    for (HeldOutMetric metric : HeldOutMetric.values()) {
      double[] of = values.get(metric);
      if (of == null || (count >= 0 && of.length != count)) {
        throw new IllegalArgumentException("every metric wants a value for every item: " + metric);
      }
      count = of.length;
      this.values.put(metric, of.clone());
    }
    items = count;
  }

  /** How many items. */
  public int items() {
    return items;
  }

  double value(HeldOutMetric metric, int item) {
    return of(metric)[item];
  }

  /** The mean over the items. */
  public double mean(HeldOutMetric metric) {
    return Arrays.stream(of(metric)).average().orElse(0);
  }

  /** The means by {@code held_out_METRIC}: what is published with a module. */
  public Map<String, Double> means() {
    Map<String, Double> means = new TreeMap<>();
    for (HeldOutMetric metric : HeldOutMetric.values()) {
      means.put("held_out_" + metric.label(), mean(metric));
    }
    means.put("held_out_pairs", (double) items);
    return means;
  }

  private double[] of(HeldOutMetric metric) {
    double[] found = values.get(metric);
    if (found == null) {
      throw new IllegalStateException("checked when it was made: " + metric);
    }
    return found;
  }
}
