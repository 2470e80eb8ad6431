package org.isogloss.streams.command;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.deadletter.Stage;
import org.isogloss.streams.replay.LetterFilter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which dead letters a command is about. */
final class LetterOptions {
  private static final Pattern AGE = Pattern.compile("(\\d{1,9})([smhd])");

  @Option(
      names = "--stage",
      paramLabel = "route|encode|mine",
      description = "Only those refused there.")
  private @Nullable Stage stage;

  @Option(
      names = "--code",
      paramLabel = "ISO-NNN",
      description = "Only those with this error code.")
  private @Nullable String code;

  @Option(
      names = "--scope",
      paramLabel = "S",
      description = "Only those of this scope; empty: those without one.")
  private @Nullable String scope;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "Only those whose sentence is not older: 30m, 2h, 7d, or a date or time in ISO 8601.")
  private @Nullable String since;

  boolean isEmpty() {
    return stage == null && code == null && scope == null && since == null;
  }

  /**
   * What is meant.
   *
   * @param places where they lie; none: anywhere
   * @throws IsoglossException BAD_OPTION
   */
  LetterFilter filter(Set<Origin> places, InstantSource clock) {
    return new LetterFilter(
        Optional.ofNullable(stage),
        Optional.ofNullable(code),
        Optional.ofNullable(scope),
        Optional.ofNullable(since).map(text -> instant(text, clock)),
        places);
  }

  /**
   * A place as {@code dead list} shows it, or its end: {@code 2@17}.
   *
   * @throws IsoglossException BAD_OPTION
   */
  static Origin place(String text) {
    return OriginText.parse(text.contains("/") ? text : Topics.DEAD_LETTERS + '/' + text)
        .filter(place -> place.getTopic().equals(Topics.DEAD_LETTERS))
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.BAD_OPTION,
                    "'%s' is no place of a dead letter, such as %s/2@17"
                        .formatted(text, Topics.DEAD_LETTERS)));
  }

  static Instant instant(String text, InstantSource clock) {
    Matcher age = AGE.matcher(text);
    try {
      if (age.matches()) {
        long amount = Long.parseLong(age.group(1));
        Duration duration =
            switch (age.group(2)) {
              case "s" -> Duration.ofSeconds(amount);
              case "m" -> Duration.ofMinutes(amount);
              case "h" -> Duration.ofHours(amount);
              default -> Duration.ofDays(amount);
            };
        return clock.instant().minus(duration);
      }
      return text.contains("T")
          ? Instant.parse(text)
          : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeException e) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "'%s' is no time, such as 2h, 2026-03-01 or 2026-03-01T12:00:00Z".formatted(text),
          e);
    }
  }
}
