package org.isogloss.trainer.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.SerialisedChanges;
import org.isogloss.kafka.SerialisedChanges.Planned;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.schemas.record.TrainingJobState;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs, as the topic says. Changes are serialised with those of everybody else; what belongs to
 * a claim is written only while the claim stands. Safe for several threads.
 */
public final class TrainingJobs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingJobs.class);
  private static final String TRANSACTIONAL_ID = "isogloss-training-jobs";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** A job that ends its service so often will do so again. */
  private static final int MOST_CRASHES = 3;

  private final InstantSource clock;
  private final SchemaFollower schemas;
  private final AvroCodec<TrainingJob> codec;
  private final SerialisedChanges changes;

  /**
   * Joins the topic, which is created if it is missing.
   *
   * @throws IsoglossException BROKER_UNREACHABLE, BAD_TOPIC
   */
  public TrainingJobs(KafkaSettings kafka, InstantSource clock) {
    this.clock = clock;
    TopicAdmin.createMissing(
        kafka,
        new TopicPlan(
            List.of(
                TopicPlan.compacted(Topics.TRAINING_JOBS, 1),
                TopicPlan.compacted(Topics.SCHEMAS, 1)),
            TopicPlan.CLUSTER_DEFAULT));
    try {
      SchemaTopic.registerOurs(kafka.consumer(), kafka.producer(), TIMEOUT);
      schemas = SchemaFollower.start(kafka.consumer(), TIMEOUT);
      changes = new SerialisedChanges(kafka, Topics.TRAINING_JOBS, TRANSACTIONAL_ID);
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, "the jobs cannot be read: " + e.getMessage(), e);
    }
    codec = AvroCodec.of(TrainingJob.class, schemas);
  }

  /** All that can be read, the first submitted first. */
  public synchronized List<TrainingJob> all() {
    return read().jobs();
  }

  /**
   * Submits a job.
   *
   * @throws IsoglossException BAD_JOB if there is one of that id already
   */
  public synchronized void submit(TrainingJob job) {
    TrainingJob queued =
        TrainingJob.newBuilder(job)
            .setSubmittedMillis(clock.millis())
            .setChangedMillis(clock.millis())
            .setState(TrainingJobState.QUEUED)
            .build();
    changes.change(
        unused -> {
          if (read().byId().containsKey(job.getId())) {
            throw new IsoglossException(
                ErrorCode.BAD_JOB, "there is a job %s already".formatted(job.getId()));
          }
          return written(queued);
        });
  }

  /**
   * Claims the first job that waits or whose claim may be taken over. One that has ended its
   * service three times fails.
   *
   * @param service its name; a job that an earlier run of this service left is taken up at once
   * @param claim tells this run of the service from any other
   * @param abandoned whether a running job's claim has stood still for the length of a lease
   * @return the job as it is claimed now; empty if there is none to run
   */
  public synchronized Optional<TrainingJob> claim(
      String service, String claim, Predicate<TrainingJob> abandoned) {
    return changes.change(
        unused -> {
          Jobs jobs = read();
          List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
          jobs.unreadable().forEach((id, reason) -> records.add(record(failed(id, reason))));
          for (TrainingJob job : jobs.jobs()) {
            if (!isFree(job, service, claim, abandoned)) {
              continue;
            }
            int crashes = job.getCrashes() + (job.getState() == TrainingJobState.RUNNING ? 1 : 0);
            if (crashes >= MOST_CRASHES) {
              records.add(
                  record(
                      ended(
                              job,
                              TrainingJobState.FAILED,
                              ErrorCode.BAD_JOB.code(),
                              "its service went away %d times while it ran".formatted(crashes))
                          .setCrashes(crashes)
                          .build()));
              continue;
            }
            TrainingJob claimed = claimed(job, service, claim, crashes);
            records.add(record(claimed));
            return new Planned<>(List.copyOf(records), Optional.of(claimed), () -> {});
          }
          return new Planned<>(List.copyOf(records), Optional.empty(), () -> {});
        });
  }

  private TrainingJob claimed(TrainingJob job, String service, String claim, int crashes) {
    return changed(job)
        .setState(TrainingJobState.RUNNING)
        .setService(service)
        .setClaim(claim)
        .setBeat(0)
        .setCrashes(crashes)
        .setStartedMillis(job.getStartedMillis() == 0 ? clock.millis() : job.getStartedMillis())
        .setCode("")
        .setMessage("")
        .build();
  }

  private static boolean isFree(
      TrainingJob job, String service, String claim, Predicate<TrainingJob> abandoned) {
    return switch (job.getState()) {
      case QUEUED -> true;
      case DONE, FAILED -> false;
      case RUNNING ->
          (job.getService().equals(service) && !job.getClaim().equals(claim))
              || abandoned.test(job);
    };
  }

  private TrainingJob failed(String id, String reason) {
    return TrainingJob.newBuilder()
        .setId(id)
        .setStage("")
        .setLanguage("")
        .setArguments(List.of())
        .setSubmittedMillis(clock.millis())
        .setChangedMillis(clock.millis())
        .setState(TrainingJobState.FAILED)
        .setCode(ErrorCode.UNDECODABLE_RECORD.code())
        .setMessage(reason)
        .build();
  }

  /**
   * Shows that the claim is kept.
   *
   * @return whether it stands; if not, somebody else has the job
   */
  public synchronized boolean beat(TrainingJob claimed) {
    return update(claimed, job -> changed(job).setBeat(job.getBeat() + 1).build());
  }

  /** Writes other arguments into a claimed job; whether the claim stands. */
  public synchronized boolean settle(TrainingJob claimed, List<String> arguments) {
    return update(claimed, job -> changed(job).setArguments(arguments).build());
  }

  /** The job is done; whether the claim stands. */
  public synchronized boolean done(TrainingJob claimed, JobRun.Outcome outcome) {
    return update(
        claimed,
        job ->
            ended(job, TrainingJobState.DONE, "", outcome.message())
                .setModule(outcome.module())
                .build());
  }

  /** The job has failed; whether the claim stands. */
  public synchronized boolean failed(TrainingJob claimed, ErrorCode code, String message) {
    return update(
        claimed, job -> ended(job, TrainingJobState.FAILED, code.code(), message).build());
  }

  /** The job waits again; whether the claim stands. */
  public synchronized boolean released(TrainingJob claimed, String message) {
    return update(claimed, job -> ended(job, TrainingJobState.QUEUED, "", message).build());
  }

  private TrainingJob.Builder ended(
      TrainingJob job, TrainingJobState state, String code, String message) {
    return changed(job).setState(state).setClaim("").setCode(code).setMessage(message);
  }

  private TrainingJob.Builder changed(TrainingJob job) {
    return TrainingJob.newBuilder(job).setChangedMillis(clock.millis());
  }

  private boolean update(TrainingJob claimed, UnaryOperator<TrainingJob> updated) {
    return changes.change(
        unused -> {
          TrainingJob job = read().byId().get(claimed.getId());
          if (job == null
              || job.getState() != TrainingJobState.RUNNING
              || !job.getClaim().equals(claimed.getClaim())) {
            return Planned.nothing(false);
          }
          return new Planned<>(List.of(record(updated.apply(job))), true, () -> {});
        });
  }

  private Planned<Boolean> written(TrainingJob job) {
    return new Planned<>(List.of(record(job)), true, () -> {});
  }

  private ProducerRecord<byte[], byte[]> record(TrainingJob job) {
    return new ProducerRecord<>(
        Topics.TRAINING_JOBS, 0, job.getId().getBytes(UTF_8), codec.encode(job));
  }

  /** What the topic holds; unreadable ones by id, with what is wrong. */
  private record Jobs(SequencedMap<String, TrainingJob> byId, Map<String, String> unreadable) {
    List<TrainingJob> jobs() {
      return byId.values().stream()
          .sorted(
              Comparator.comparingLong(TrainingJob::getSubmittedMillis)
                  .thenComparing(TrainingJob::getId))
          .toList();
    }
  }

  private Jobs read() {
    Jobs jobs = new Jobs(new LinkedHashMap<>(), new LinkedHashMap<>());
    changes.read(
        record -> {
          if (record.key() == null) {
            return;
          }
          String id = new String(record.key(), UTF_8);
          jobs.byId().remove(id);
          jobs.unreadable().remove(id);
          if (record.value() == null) {
            return;
          }
          try {
            TrainingJob job = codec.decode(record.value());
            if (job.getId().equals(id)) {
              jobs.byId().put(id, job);
            } else {
              jobs.unreadable()
                  .put(id, "the key is %s, the job's id %s".formatted(id, job.getId()));
            }
          } catch (UndecodableRecordException e) {
            jobs.unreadable().put(id, String.valueOf(e.getMessage()));
          } catch (UnknownSchemaException e) {
            // Of a later version of ours, perhaps: not ours to fail.
            log.warn("the job {} cannot be read: {}", id, e.getMessage());
          }
        });
    return jobs;
  }

  @Override
  public synchronized void close() {
    changes.close();
    schemas.close();
  }
}
