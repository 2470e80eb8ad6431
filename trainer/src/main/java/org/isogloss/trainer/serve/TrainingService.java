package org.isogloss.trainer.serve;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.trainer.loop.StopSignal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs, one after the other, until it is told to stop. A job that fails fails alone; a broker
 * that is away for a while is waited for. For one thread.
 */
public final class TrainingService {
  private static final Logger log = LoggerFactory.getLogger(TrainingService.class);

  private final TrainingJobs jobs;
  private final Settings settings;
  private final JobRun runs;
  private final LongSupplier nanoClock;
  private final Consumer<String> notes;

  /**
   * How the service works.
   *
   * @param name of the service, its own; its jobs are taken up again under it
   * @param claim tells this run of the service from every other
   * @param lease how long a claim may stand still before others take it over
   * @param poll between two looks for jobs
   */
  public record Settings(String name, String claim, Duration lease, Duration poll) {
    public Settings {
      if (name.isBlank() || claim.isBlank()) {
        throw new IllegalArgumentException("a service wants a name and a claim");
      }
      if (!lease.isPositive() || !poll.isPositive()) {
        throw new IllegalArgumentException("lease %s, poll %s".formatted(lease, poll));
      }
    }
  }

  /**
   * @param notes hears in words what happens
   */
  public TrainingService(
      TrainingJobs jobs,
      Settings settings,
      JobRun runs,
      LongSupplier nanoClock,
      Consumer<String> notes) {
    this.jobs = jobs;
    this.settings = settings;
    this.runs = runs;
    this.nanoClock = nanoClock;
    this.notes = notes;
  }

  /** Serves until the signal is given; a job that runs then is stopped and waits again. */
  public void serve(StopSignal stop) {
    LeaseWatch watch = new LeaseWatch(settings.lease(), nanoClock);
    while (stop.requested().isEmpty()) {
      Optional<TrainingJob> claimed = claim(watch);
      if (claimed.isPresent()) {
        run(claimed.get(), stop);
      } else {
        pause(stop);
      }
    }
  }

  private Optional<TrainingJob> claim(LeaseWatch watch) {
    try {
      List<TrainingJob> all = jobs.all();
      watch.look(all);
      return jobs.claim(settings.name(), settings.claim(), watch::isAbandoned);
    } catch (IsoglossException | KafkaException e) {
      log.warn("the jobs cannot be read, which is tried again: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private void run(TrainingJob job, StopSignal service) {
    notes.accept(
        "job %s: %s of %s%s"
            .formatted(
                job.getId(),
                job.getStage(),
                job.getLanguage(),
                job.getStartedMillis() < job.getChangedMillis() ? ", taken up again" : ""));
    StopSignal stop = service.within();
    try (Heartbeat heart = new Heartbeat(jobs, job, stop, settings.lease(), nanoClock)) {
      try {
        JobRun.Outcome outcome = runs.run(job, stop);
        notes.accept("job %s is done: %s".formatted(job.getId(), outcome.message()));
        write(job, () -> jobs.done(job, outcome), service);
      } catch (IsoglossException e) {
        if (e.code() == ErrorCode.TRAINING_STOPPED && stop.requested().isPresent()) {
          notes.accept("job %s: %s".formatted(job.getId(), e.reason()));
          if (!heart.isLost()) {
            write(job, () -> jobs.released(job, e.reason()), service);
          }
        } else {
          fail(job, e.code(), e.reason(), service);
        }
      } catch (RuntimeException e) {
        log.error("the job {} failed by a fault of ours", job.getId(), e);
        fail(job, ErrorCode.INTERNAL, e.toString(), service);
      }
    }
  }

  private void fail(TrainingJob job, ErrorCode code, String reason, StopSignal service) {
    notes.accept("job %s failed: %s: %s".formatted(job.getId(), code.code(), reason));
    write(job, () -> jobs.failed(job, code, reason), service);
  }

  /** Tries until it is written or the service is to stop; the claim is kept meanwhile. */
  private void write(TrainingJob job, BooleanSupplier written, StopSignal service) {
    while (true) {
      try {
        if (!written.getAsBoolean()) {
          notes.accept("job %s is another service's by now".formatted(job.getId()));
        }
        return;
      } catch (IsoglossException | KafkaException e) {
        log.warn("how {} ended was not written: {}", job.getId(), e.getMessage());
        if (service.requested().isPresent()) {
          return;
        }
        pause(service);
      }
    }
  }

  private void pause(StopSignal stop) {
    long until = nanoClock.getAsLong() + settings.poll().toNanos();
    try {
      while (stop.requested().isEmpty() && nanoClock.getAsLong() < until) {
        Thread.sleep(Math.min(50, settings.poll().toMillis() + 1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop.request("interrupted");
    }
  }
}
