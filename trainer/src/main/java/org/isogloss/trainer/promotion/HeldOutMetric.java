package org.isogloss.trainer.promotion;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * What is measured on held-out pairs, in % of wrong answers, pair by pair, the mean of both
 * directions; less is better. See {@link org.isogloss.metrics.BitextError}.
 */
public enum HeldOutMetric {
  /** The partner is not the best by ratio margin among all held-out sentences (xSIM). */
  MARGIN_ERROR,
  /** The partner is not the nearest by cosine. */
  COSINE_ERROR;

  /** Its name, such as {@code margin_error}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The metric of that name.
   *
   * @throws IsoglossException BAD_OPTION
   */
  public static HeldOutMetric of(String label) {
    for (HeldOutMetric metric : values()) {
      if (metric.label().equals(label)) {
        return metric;
      }
    }
    throw new IsoglossException(
        ErrorCode.BAD_OPTION,
        "no held-out metric %s; there are %s"
            .formatted(
                label,
                Arrays.stream(values())
                    .map(HeldOutMetric::label)
                    .collect(Collectors.joining(", "))));
  }
}
