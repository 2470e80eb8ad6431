package org.isogloss.trainer.serve;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.isogloss.error.IsoglossException;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.trainer.loop.StopSignal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a claim while its job runs, on a thread of its own. If the claim is lost, or could be since
 * the broker has not been reached for most of a lease, the run is told to stop.
 */
final class Heartbeat implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);
  private static final int BEATS_OF_A_LEASE = 6;

  private final TrainingJobs jobs;
  private final TrainingJob job;
  private final StopSignal stop;
  private final Duration lease;
  private final LongSupplier nanoClock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("training-heartbeat").factory());
  private volatile boolean lost;
  private long keptNanos;

  Heartbeat(
      TrainingJobs jobs, TrainingJob job, StopSignal stop, Duration lease, LongSupplier nanoClock) {
    this.jobs = jobs;
    this.job = job;
    this.stop = stop;
    this.lease = lease;
    this.nanoClock = nanoClock;
    this.keptNanos = nanoClock.getAsLong();
    long periodMillis = Math.max(1, lease.toMillis() / BEATS_OF_A_LEASE);
    var unused =
        thread.scheduleWithFixedDelay(
            this::beat, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
  }

  /** Whether somebody else has the job. */
  boolean isLost() {
    return lost;
  }

  private void beat() {
    try {
      if (jobs.beat(job)) {
        keptNanos = nanoClock.getAsLong();
      } else {
        lost = true;
        stop.request("another service has taken the job over");
      }
    } catch (IsoglossException | KafkaException e) {
      log.warn("the claim on {} was not renewed: {}", job.getId(), e.getMessage());
      if (nanoClock.getAsLong() - keptNanos > lease.toNanos() * 2 / 3) {
        stop.request("the broker cannot be reached, so another service may take the job over");
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
        log.warn("the heartbeat of {} does not end", job.getId());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
