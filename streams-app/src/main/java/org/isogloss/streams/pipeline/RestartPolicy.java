package org.isogloss.streams.pipeline;

import java.time.Duration;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaAccess;

/**
 * How often a part that stops on its own is started again, and after what pause.
 *
 * @param restarts within the period; 0: never
 * @param period restarts longer ago no longer count
 * @param firstPause before the first restart of a period; every further one waits twice as long
 * @param longestPause no pause is longer
 */
public record RestartPolicy(
    int restarts, Duration period, Duration firstPause, Duration longestPause) {
  /** Five in ten minutes: after 0.5, 1, 2, 4 and 8 seconds. */
  public static final RestartPolicy DEFAULT =
      new RestartPolicy(5, Duration.ofMinutes(10), Duration.ofMillis(500), Duration.ofSeconds(30));

  public RestartPolicy {
    if (restarts < 0
        || !period.isPositive()
        || firstPause.isNegative()
        || longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "%d restarts in %s, pauses from %s to %s"
              .formatted(restarts, period, firstPause, longestPause));
    }
  }

  /** The pause before the next restart. */
  Duration pause(int restartsSoFar) {
    Duration pause = firstPause;
    for (int i = 0; i < restartsSoFar && pause.compareTo(longestPause) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }

  /**
   * Whether a fresh start may mend it. A fence may mean that the broker gave up on a worker that
   * stood still; the machine or the broker may recover. A wrong topic, a damaged model and a right
   * that is lacking stay so.
   */
  static boolean mayHelp(IsoglossException reason) {
    if (KafkaAccess.refusal(reason).isPresent()) {
      return false;
    }
    return switch (reason.code()) {
      case FENCED, BROKER_UNREACHABLE, SEND_FAILED, TIMED_OUT, ENGINE_UNAVAILABLE, INTERNAL -> true;
      default -> false;
    };
  }
}
