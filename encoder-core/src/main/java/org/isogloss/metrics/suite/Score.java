package org.isogloss.metrics.suite;

import java.util.Optional;
import org.isogloss.encoder.space.View;
import org.isogloss.metrics.ConfidenceInterval;

/**
 * One number of an evaluation.
 *
 * @param set the set's name, such as {@code stsb}
 * @param languages what it was measured on, such as {@code de} or {@code de-en}; empty: all of the
 *     set
 * @param items how many items it rests on
 * @param outcome the number, or why there is none
 */
public record Score(
    Metric metric, String set, View view, String languages, int items, Outcome outcome) {

  /** A number or a reason. */
  public sealed interface Outcome {}

  /** A finite number. */
  public record Value(double value) implements Outcome {
    public Value {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("a score is finite: " + value);
      }
    }
  }

  /** The items admit no number. */
  public record Undefined(String reason) implements Outcome {}

  /**
   * The 95 % interval that the number and its items give by a closed form: Wilson's for shares,
   * Bonett and Wright's for Spearman. A cross-lingual similarity counts its items once, though both
   * directions were measured. Empty for what is neither, and where there is no number.
   */
  public Optional<ConfidenceInterval> interval() {
    return switch (metric) {
      case MONOLINGUAL_SIMILARITY, CROSS_LINGUAL_SIMILARITY ->
          value().filter(v -> items > 3).map(v -> ConfidenceInterval.ofSpearman(v, items));
      case MONOLINGUAL_ACCURACY,
          TRANSFER_ACCURACY,
          BITEXT_ERROR_BY_MARGIN,
          BITEXT_ERROR_BY_COSINE ->
          value().filter(v -> items > 0).map(v -> ConfidenceInterval.ofShare(v, items));
      case MONOLINGUAL_MACRO_F1,
          TRANSFER_MACRO_F1,
          BITEXT_F1_BY_COSINE,
          LANGUAGE_BIAS,
          LANGUAGE_BIAS_WITH_MONOLINGUAL,
          REPRESENTATION_SIMILARITY ->
          Optional.empty();
    };
  }

  public Optional<Double> value() {
    return switch (outcome) {
      case Value v -> Optional.of(v.value());
      case Undefined u -> Optional.empty();
    };
  }
}
