package org.isogloss.trainer.promotion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.PairedBootstrap;

/**
 * When a candidate is better than what serves.
 *
 * <p>For each metric, the difference candidate − serving is taken item by item and its mean's 95 %
 * interval found by paired bootstrap over the items (percentiles, seeded). The candidate is
 * <em>better</em> on a metric if the whole interval lies below 0 (all metrics are errors), and
 * <em>worse</em> if it lies wholly above. It is promoted if it is better on every metric named and
 * worse on none that is measured. Levels are not corrected for several metrics: all named must
 * agree, so naming more only makes promotion rarer.
 *
 * <p>Immutable.
 */
public final class PromotionRule {
  /** Fewer items say nothing. */
  static final int FEWEST_ITEMS = 10;

  private static final int DRAWS = 10_000;

  private final Set<HeldOutMetric> named;
  private final long seed;

  /**
   * @param named at least one
   * @param seed of the draws
   */
  public PromotionRule(Set<HeldOutMetric> named, long seed) {
    if (named.isEmpty()) {
      throw new IllegalArgumentException("no metric is named");
    }
    this.named = Set.copyOf(named);
    this.seed = seed;
  }

  /**
   * A metric of both, and the difference.
   *
   * @param serving the mean of what serves
   * @param candidate the mean of the candidate
   * @param difference candidate − serving, with its 95 % interval
   */
  public record Comparison(
      HeldOutMetric metric, double serving, double candidate, PairedBootstrap.Interval difference) {
    boolean isBetter() {
      return difference.high() < 0;
    }

    boolean isWorse() {
      return difference.low() > 0;
    }

    /** Such as {@code margin_error 12.40 -> 9.80, -2.60 [-4.10, -1.20]}. */
    public String words() {
      return String.format(
          Locale.ROOT,
          "%s %.2f -> %.2f, %+.2f [%+.2f, %+.2f]",
          metric.label(),
          serving,
          candidate,
          difference.estimate(),
          difference.low(),
          difference.high());
    }
  }

  /**
   * What the rule says.
   *
   * @param words with the intervals and why
   */
  public record Verdict(boolean better, List<Comparison> comparisons, String words) {
    public Verdict {
      comparisons = List.copyOf(comparisons);
    }
  }

  /**
   * Compares.
   *
   * @param candidate on the same items as serving
   * @throws IsoglossException TOO_LITTLE_DATA
   */
  public Verdict compare(ItemScores candidate, ItemScores serving) {
    int items = candidate.items();
    if (serving.items() != items) {
      throw new IllegalArgumentException(items + " items against " + serving.items());
    }
    if (items < FEWEST_ITEMS) {
      throw new IsoglossException(
          ErrorCode.TOO_LITTLE_DATA,
          "%d held-out pairs are too few to compare by; %d at least"
              .formatted(items, FEWEST_ITEMS));
    }
    PairedBootstrap bootstrap = new PairedBootstrap(DRAWS, seed);
    List<Comparison> comparisons = new ArrayList<>();
    for (HeldOutMetric metric : HeldOutMetric.values()) {
      double[] difference = new double[items];
      for (int i = 0; i < items; i++) {
        difference[i] = candidate.value(metric, i) - serving.value(metric, i);
      }
      comparisons.add(
          new Comparison(
              metric,
              serving.mean(metric),
              candidate.mean(metric),
              bootstrap.interval(
                  items,
                  drawn -> Arrays.stream(drawn).mapToDouble(i -> difference[i]).sum() / items)));
    }
    return verdict(comparisons, items);
  }

  private Verdict verdict(List<Comparison> comparisons, int items) {
    Set<HeldOutMetric> notBetter = EnumSet.noneOf(HeldOutMetric.class);
    Set<HeldOutMetric> worse = EnumSet.noneOf(HeldOutMetric.class);
    for (Comparison comparison : comparisons) {
      if (named.contains(comparison.metric()) && !comparison.isBetter()) {
        notBetter.add(comparison.metric());
      }
      if (comparison.isWorse()) {
        worse.add(comparison.metric());
      }
    }
    boolean better = notBetter.isEmpty() && worse.isEmpty();
    String why;
    if (better) {
      why = "better on " + labels(named);
    } else if (!notBetter.isEmpty()) {
      why = "not better on " + labels(notBetter);
    } else {
      why = "worse on " + labels(worse);
    }
    return new Verdict(
        better,
        comparisons,
        "%s: %s (95 %%, paired bootstrap of %d held-out pairs, %d draws, seed %d)"
            .formatted(
                why,
                comparisons.stream().map(Comparison::words).collect(Collectors.joining("; ")),
                items,
                DRAWS,
                seed));
  }

  private static String labels(Set<HeldOutMetric> metrics) {
    return metrics.stream().sorted().map(HeldOutMetric::label).collect(Collectors.joining(", "));
  }
}
