package org.isogloss.streams.replay;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.isogloss.schemas.record.Origin;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.Stage;

/**
 * Which dead letters are meant: those for which all of it holds. What is empty holds for all.
 *
 * @param code such as {@code ISO-105}
 * @param scope the empty one: letters without a scope
 * @param since the time of the refused record, at the earliest
 * @param places where they lie
 */
public record LetterFilter(
    Optional<Stage> stage,
    Optional<String> code,
    Optional<String> scope,
    Optional<Instant> since,
    Set<Origin> places) {
  /** All of them. */
  public static final LetterFilter ALL =
      new LetterFilter(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Set.of());

  public LetterFilter {
    places = Set.copyOf(places);
  }

  /** Those at these places; none: all. */
  public static LetterFilter at(Set<Origin> places) {
    return new LetterFilter(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), places);
  }

  /** Whether the letter that lies there at that time is meant. */
  boolean takes(DeadLetter letter, Origin place, long timestampMillis) {
    return stage.map(letter.stage()::equals).orElse(true)
        && code.map(letter.code()::equals).orElse(true)
        && scope.map(letter.scope()::equals).orElse(true)
        && since.map(earliest -> timestampMillis >= earliest.toEpochMilli()).orElse(true)
        && (places.isEmpty() || places.contains(place));
  }
}
