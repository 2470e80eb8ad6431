package org.isogloss.it.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.schemas.record.TrainingJobState;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.trainer.loop.StopSignal;
import org.isogloss.trainer.serve.JobRun;
import org.isogloss.trainer.serve.TrainingJobs;
import org.isogloss.trainer.serve.TrainingService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingServiceTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LONG_LEASE = Duration.ofMinutes(10);

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static KafkaSettings kafka;
  private static int made;
  private final List<Running> running = new ArrayList<>();
  private TrainingJobs jobs;

  @BeforeAll
  static void open() {
    broker = EmbeddedBroker.start(folder.resolve("broker"));
    kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @AfterAll
  static void close() {
    broker.close();
  }

  @BeforeEach
  void join() {
    jobs = new TrainingJobs(kafka, InstantSource.system());
  }

  @AfterEach
  void leave() throws InterruptedException {
    for (Running each : running) {
      each.stop();
    }
    jobs.close();
  }

  /** A service on a thread of its own. */
  private record Running(Thread thread, StopSignal signal, TrainingJobs jobs) {
    void stop() throws InterruptedException {
      signal.request("the test is over");
      thread.join(PATIENCE.toMillis());
      assertThat(thread.isAlive()).isFalse();
      jobs.close();
    }
  }

  private Running serve(String name, Duration lease, JobRun runs) {
    StopSignal signal = new StopSignal();
    TrainingJobs own = new TrainingJobs(kafka, InstantSource.system());
    TrainingService service =
        new TrainingService(
            own,
            new TrainingService.Settings(name, name + "#" + made++, lease, Duration.ofMillis(20)),
            runs,
            System::nanoTime,
            note -> {});
    Running started =
        new Running(Thread.ofPlatform().start(() -> service.serve(signal)), signal, own);
    running.add(started);
    return started;
  }

  private static TrainingJob job(String id) {
    return TrainingJob.newBuilder()
        .setId(id)
        .setStage("align")
        .setLanguage("de")
        .setArguments(List.of("--epochs", "1"))
        .setSubmittedMillis(0)
        .build();
  }

  private String submit() {
    String id = "job-" + made++;
    jobs.submit(job(id));
    return id;
  }

  private TrainingJob find(String id) {
    return jobs.all().stream().filter(job -> job.getId().equals(id)).findFirst().orElseThrow();
  }

  private TrainingJob await(String id, TrainingJobState state) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> find(id).getState() == state);
    return find(id);
  }

  @Test
  void aJobIsQueuedThenRunsThenIsDoneAndWhatWasPublishedStandsInIt() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    String id = submit();
    assertThat(find(id).getState()).isEqualTo(TrainingJobState.QUEUED);
    assertThatThrownBy(() -> jobs.submit(job(id)))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_JOB));
    serve(
        "one",
        LONG_LEASE,
        (job, stop) -> {
          awaitLatch(go);
          return new JobRun.Outcome("alignment/de@1", "promoted: it is better");
        });
    assertThat(await(id, TrainingJobState.RUNNING).getService()).isEqualTo("one");
    go.countDown();
    TrainingJob done = await(id, TrainingJobState.DONE);
    assertThat(done.getModule()).isEqualTo("alignment/de@1");
    assertThat(done.getMessage()).isEqualTo("promoted: it is better");
    assertThat(done.getArguments()).containsExactly("--epochs", "1");
    assertThat(done.getStartedMillis()).isPositive();
  }

  @Test
  void aBadJobFailsWithACodeAndTheNextOneRuns() throws ExecutionException, InterruptedException {
    String garbled = "garbled-" + made++;
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.TRAINING_JOBS, garbled.getBytes(UTF_8), "no job".getBytes(UTF_8)))
          .get();
    }
    String coded = submit();
    String broken = submit();
    String good = submit();
    serve(
        "one",
        LONG_LEASE,
        (job, stop) -> {
          if (job.getId().equals(coded)) {
            throw new IsoglossException(ErrorCode.TOO_LITTLE_DATA, "three pairs");
          }
          if (job.getId().equals(broken)) {
            throw new IllegalStateException("a bug");
          }
          return new JobRun.Outcome("", "well");
        });
    await(good, TrainingJobState.DONE);
    assertThat(find(coded))
        .returns(TrainingJobState.FAILED, TrainingJob::getState)
        .returns("ISO-401", TrainingJob::getCode)
        .returns("three pairs", TrainingJob::getMessage);
    assertThat(find(broken))
        .returns(TrainingJobState.FAILED, TrainingJob::getState)
        .returns("ISO-900", TrainingJob::getCode);
    assertThat(await(garbled, TrainingJobState.FAILED).getCode()).isEqualTo("ISO-109");
  }

  @Test
  void twoServicesShareTheJobsAndNoneRunsTwice() {
    Map<String, Integer> runs = new ConcurrentHashMap<>();
    JobRun counting =
        (job, stop) -> {
          runs.merge(job.getId(), 1, Integer::sum);
          return new JobRun.Outcome("", job.getService());
        };
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ids.add(submit());
    }
    serve("left", LONG_LEASE, counting);
    serve("right", LONG_LEASE, counting);
    ids.forEach(id -> await(id, TrainingJobState.DONE));
    assertThat(runs).containsOnlyKeys(ids).values().containsOnly(1);
  }

  @Test
  void aServiceThatIsStoppedGivesItsJobBackAndItIsRunAgain() throws Exception {
    String id = submit();
    Running first =
        serve(
            "one",
            LONG_LEASE,
            (job, stop) -> {
              while (stop.requested().isEmpty()) {
                Thread.onSpinWait();
              }
              stop.check("after 3 of 9 steps");
              throw new AssertionError("it was asked to stop");
            });
    await(id, TrainingJobState.RUNNING);
    first.stop();
    assertThat(find(id).getState()).isEqualTo(TrainingJobState.QUEUED);
    assertThat(find(id).getMessage()).contains("after 3 of 9 steps");
    serve("other", LONG_LEASE, (job, stop) -> new JobRun.Outcome("", "well"));
    assertThat(await(id, TrainingJobState.DONE).getService()).isEqualTo("other");
  }

  @Test
  void aServiceThatStartsAgainUnderItsNameTakesItsJobUpAtOnce() {
    String id = submit();
    // Its predecessor claimed it and is gone.
    assertThat(jobs.claim("one", "before", unused -> false)).isPresent();
    serve("other", LONG_LEASE, (job, stop) -> new JobRun.Outcome("", "by another"));
    String later = submit();
    await(later, TrainingJobState.DONE);
    assertThat(find(id).getState()).as("not another's").isEqualTo(TrainingJobState.RUNNING);
    serve("one", LONG_LEASE, (job, stop) -> new JobRun.Outcome("", "again"));
    assertThat(await(id, TrainingJobState.DONE).getMessage()).isEqualTo("again");
  }

  @Test
  void aJobThatEndsItsServiceAgainAndAgainFails() {
    String id = submit();
    for (int start = 0; start < 3; start++) {
      Optional<TrainingJob> claimed = jobs.claim("one", "start " + start, unused -> false);
      assertThat(claimed.map(TrainingJob::getId)).contains(id);
    }
    assertThat(jobs.claim("one", "start 3", unused -> false)).isEmpty();
    assertThat(find(id))
        .returns(TrainingJobState.FAILED, TrainingJob::getState)
        .returns("ISO-413", TrainingJob::getCode);
  }

  @Test
  void aClaimThatIsNotKeptIsTakenOverAndItsOwnerWritesNothingAnyMore() {
    String id = submit();
    Optional<TrainingJob> frozen = jobs.claim("frozen", "before", unused -> false);
    assertThat(frozen).isPresent();
    serve("quick", Duration.ofMillis(300), (job, stop) -> new JobRun.Outcome("m", "taken over"));
    assertThat(await(id, TrainingJobState.DONE).getMessage()).isEqualTo("taken over");
    assertThat(jobs.beat(frozen.get())).isFalse();
    assertThat(jobs.done(frozen.get(), new JobRun.Outcome("n", "too late"))).isFalse();
    assertThat(find(id).getModule()).isEqualTo("m");
  }

  @Test
  void aClaimThatIsKeptIsNotTakenOverHoweverLongTheJobLasts() throws Exception {
    Duration lease = Duration.ofSeconds(2);
    CountDownLatch go = new CountDownLatch(1);
    Map<String, Integer> runs = new ConcurrentHashMap<>();
    String id = submit();
    JobRun slow =
        (job, stop) -> {
          runs.merge(job.getId(), 1, Integer::sum);
          awaitLatch(go);
          return new JobRun.Outcome("", "slow");
        };
    serve("slow", lease, slow);
    TrainingJob claimed = await(id, TrainingJobState.RUNNING);
    serve("eager", lease, slow);
    Awaitility.await().atMost(PATIENCE).until(() -> find(id).getBeat() > claimed.getBeat() + 8);
    go.countDown();
    assertThat(await(id, TrainingJobState.DONE).getService()).isEqualTo("slow");
    assertThat(runs).containsEntry(id, 1);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
