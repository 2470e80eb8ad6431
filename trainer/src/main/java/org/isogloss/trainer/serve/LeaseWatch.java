package org.isogloss.trainer.serve;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.schemas.record.TrainingJobState;

/**
 * Watches claims by its own clock: no clocks of two machines are ever compared. A claim is
 * abandoned if it has been seen twice, a lease apart, with nothing changed in between. For one
 * thread.
 */
final class LeaseWatch {
  private record Seen(String claim, long beat, long sinceNanos) {}

  private final Duration lease;
  private final LongSupplier nanoClock;
  private final Map<String, Seen> seen = new HashMap<>();

  LeaseWatch(Duration lease, LongSupplier nanoClock) {
    this.lease = lease;
    this.nanoClock = nanoClock;
  }

  /** Takes note of what the topic says now. */
  void look(List<TrainingJob> jobs) {
    long now = nanoClock.getAsLong();
    Map<String, Seen> still = new HashMap<>();
    for (TrainingJob job : jobs) {
      if (job.getState() == TrainingJobState.RUNNING) {
        Seen before = seen.get(job.getId());
        still.put(
            job.getId(),
            before != null && isOf(before, job)
                ? before
                : new Seen(job.getClaim(), job.getBeat(), now));
      }
    }
    seen.clear();
    seen.putAll(still);
  }

  /** Whether this very claim and beat have been known for a lease. */
  boolean isAbandoned(TrainingJob job) {
    Seen known = seen.get(job.getId());
    return known != null
        && isOf(known, job)
        && nanoClock.getAsLong() - known.sinceNanos() >= lease.toNanos();
  }

  private static boolean isOf(Seen seen, TrainingJob job) {
    return seen.claim().equals(job.getClaim()) && seen.beat() == job.getBeat();
  }
}
