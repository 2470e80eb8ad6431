package org.isogloss.metrics.suite;

import java.util.Optional;
import org.isogloss.encoder.space.View;

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

  public Optional<Double> value() {
    return switch (outcome) {
      case Value v -> Optional.of(v.value());
      case Undefined u -> Optional.empty();
    };
  }
}
