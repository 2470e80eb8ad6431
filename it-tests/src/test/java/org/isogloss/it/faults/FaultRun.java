package org.isogloss.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.isogloss.error.ErrorCode;
import org.isogloss.it.process.JavaProcess;
import org.isogloss.it.process.Leash;
import org.isogloss.it.replay.AuditReport;
import org.isogloss.it.replay.CommittedLog;
import org.isogloss.it.replay.ExactlyOnceAudit;
import org.isogloss.it.replay.Place;
import org.isogloss.streams.sample.SampleCorpus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run: a stream, a plan of faults, and the judgement. */
final class FaultRun {
  private static final Logger log = LoggerFactory.getLogger(FaultRun.class);
  private static final Duration LONGER_THAN_SESSION_AND_TRANSACTION =
      Duration.ofMillis(BrokerProcess.GROUP_SESSION_TIMEOUT_MILLIS + 2_000);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
  private static final Duration ZOMBIE_PATIENCE = Duration.ofMinutes(2);
  private static final Duration IDLE_ZOMBIE_PATIENCE = Duration.ofSeconds(30);

  /** How long a worker is stopped and let go again, to stop it with its transaction open. */
  private static final Duration CATCH_PATIENCE = Duration.ofSeconds(15);

  /** In which the broker has answered what a worker asked before it was stopped. */
  private static final Duration SETTLED = Duration.ofMillis(200);

  /** Between two attempts, so that the worker gets something done. */
  private static final Duration LET_GO = Duration.ofMillis(20);

  private static final double VECTOR_TOLERANCE = 1e-4;

  private final Cluster cluster;
  private final FaultPlan plan;
  private final Random random;
  private final int sentencesPerSecond;
  private final Map<String, float[]> expectedVectors;
  private final long seed;
  private final int minimumSentences;
  private final Duration drainPatience;
  private final Map<Fault, Integer> happened = new EnumMap<>(Fault.class);
  private final long started = System.nanoTime();
  private int fencedWorkers;
  private int frozenInTransaction;

  /**
   * @param rounds of all faults, at least
   * @param minimumSentences further rounds follow until so many are sent
   * @param drainPatience for what is unfinished when the stream has ended
   */
  FaultRun(
      Path folder,
      Path model,
      Path logs,
      long seed,
      int rounds,
      int sentencesPerSecond,
      int minimumSentences,
      Duration drainPatience,
      Map<String, float[]> expectedVectors) {
    this.cluster = new Cluster(folder, model, logs);
    this.plan = FaultPlan.of(seed, rounds);
    this.random = new Random(seed + 1);
    this.sentencesPerSecond = sentencesPerSecond;
    this.expectedVectors = expectedVectors;
    this.seed = seed;
    this.minimumSentences = minimumSentences;
    this.drainPatience = drainPatience;
  }

  /** Runs the plan and asserts that every sentence ended exactly once. */
  void run() {
    log.info("fault run with -Disogloss.seed={}: {}", seed, plan.faults());
    try (cluster) {
      cluster.start();
      String bootstrap = cluster.bootstrapServers();
      Map<Place, Poison> poisoned;
      int sent;
      try (SentenceStream stream =
          SentenceStream.start(
              bootstrap, SampleCorpus.load().sentences(seed), sentencesPerSecond, seed)) {
        inflict(plan, stream);
        for (int further = 1; stream.acknowledged() < minimumSentences; further++) {
          inflict(FaultPlan.of(seed + further, 1), stream);
        }
        pause(Duration.ofSeconds(1));
        sent = stream.finish();
        poisoned = stream.poisoned();
      }
      awaitFinished();
      cluster.drain();
      judge(sent, poisoned);
    }
  }

  private void inflict(FaultPlan faults, SentenceStream stream) {
    for (int i = 0; i < faults.faults().size(); i++) {
      pause(faults.pauses().get(i));
      Fault fault = faults.faults().get(i);
      long start = System.nanoTime();
      inflict(fault);
      happened.merge(fault, 1, Integer::sum);
      log.info(
          "{} in {} ms, {} sentences so far",
          fault,
          (System.nanoTime() - start) / 1_000_000,
          stream.acknowledged());
      fencedWorkers += cluster.superviseWorkers();
    }
  }

  private void inflict(Fault fault) {
    switch (fault) {
      case GROW -> cluster.startWorkers(List.of(1, 2));
      case KILL_WORKER -> {
        int slot = anyWorker();
        cluster.killWorker(slot);
        cluster.startWorkers(List.of(slot));
      }
      case KILL_ALL_WORKERS -> {
        List<Integer> slots = cluster.workerSlots();
        slots.forEach(cluster::killWorker);
        cluster.startWorkers(slots);
      }
      case KILL_BROKER -> {
        cluster.killBroker();
        pause(Duration.ofMillis(500));
        cluster.startBroker();
      }
      case KILL_ROUTER -> {
        cluster.killRouter();
        cluster.startRouter();
      }
      case FREEZE_WORKER -> freeze(anyWorker());
      case REPLACE_FROZEN_WORKER -> {
        int slot = anyWorker();
        JavaProcess zombie = cluster.evict(slot);
        zombie.freeze();
        cluster.startWorkers(List.of(slot));
        zombie.thaw();
        // It learns of the fence when it commits. One that has partitions without traffic has
        // nothing
        // to commit and may live on: whether it does harm, the audit says.
        if (zombie.endsWithin(IDLE_ZOMBIE_PATIENCE)) {
          assertThat(zombie.awaitExit(ZOMBIE_PATIENCE)).as("exit").isEqualTo(Leash.FAILED);
          assertThat(zombie.output()).contains(ErrorCode.FENCED.code());
        } else {
          log.info("the replaced worker of slot {} has nothing to commit and lives on", slot);
          zombie.kill();
        }
      }
      case SHRINK -> {
        List<Integer> slots = cluster.workerSlots();
        cluster.drainWorker(slots.get(random.nextInt(slots.size())));
        cluster.killWorker(anyWorker());
      }
    }
  }

  /**
   * Stops a worker, in the midst of a transaction if that can be had, until the broker has given it
   * up; then it goes on, and either finds its place again or ends because it is fenced.
   */
  private void freeze(int slot) {
    JavaProcess worker = cluster.worker(slot);
    try (GroupWatch watch = new GroupWatch(cluster.bootstrapServers())) {
      if (freezeInTransaction(watch, slot, worker)) {
        frozenInTransaction++;
      }
      pause(LONGER_THAN_SESSION_AND_TRANSACTION);
      Awaitility.await("the broker gives up the worker of slot " + slot)
          .atMost(ZOMBIE_PATIENCE)
          .until(() -> !watch.isMember(slot) && !watch.isInTransaction(slot));
      worker.thaw();
      Awaitility.await("the worker of slot " + slot + " goes on")
          .atMost(ZOMBIE_PATIENCE)
          .until(() -> watch.isMember(slot) || !worker.isAlive());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * @return whether the worker has a transaction open; it stands still either way
   */
  private static boolean freezeInTransaction(GroupWatch watch, int slot, JavaProcess worker)
      throws InterruptedException {
    long deadline = System.nanoTime() + CATCH_PATIENCE.toNanos();
    while (true) {
      worker.freeze();
      if (watch.isInTransaction(slot)) {
        pause(SETTLED);
        if (watch.isInTransaction(slot)) {
          return true;
        }
      }
      if (System.nanoTime() > deadline) {
        return false;
      }
      worker.thaw();
      pause(LET_GO);
    }
  }

  private int anyWorker() {
    List<Integer> slots = cluster.workerSlots();
    return slots.get(random.nextInt(slots.size()));
  }

  private void awaitFinished() {
    long deadline = System.nanoTime() + drainPatience.toNanos();
    AuditReport report = audit();
    while (!report.unfinished().isEmpty() && System.nanoTime() < deadline) {
      assertThat(report.violations()).isEmpty();
      fencedWorkers += cluster.superviseWorkers();
      pause(LOOK_AGAIN);
      report = audit();
    }
    if (!report.unfinished().isEmpty()) {
      log.error("-Disogloss.seed={}: {}: {}", seed, report, report.unfinished());
      log.error("{}", Whereabouts.of(cluster.bootstrapServers(), report.unfinished()));
    }
    assertThat(report.unfinished()).as("sentences that never ended, of " + report).isEmpty();
  }

  private AuditReport audit() {
    String bootstrap = cluster.bootstrapServers();
    // Read in the order of the flow reversed: whatever is seen of the end was in the beginning.
    List<ConsumerRecord<byte[], byte[]>> embeddings =
        CommittedLog.read(bootstrap, "isogloss.embeddings");
    List<ConsumerRecord<byte[], byte[]>> deadLetters =
        CommittedLog.read(bootstrap, "isogloss.dead-letters");
    List<ConsumerRecord<byte[], byte[]>> sentences =
        CommittedLog.read(bootstrap, "isogloss.sentences");
    return ExactlyOnceAudit.of(
        sentences, embeddings, deadLetters, expectedVectors, VECTOR_TOLERANCE);
  }

  private void judge(int sent, Map<Place, Poison> poisoned) {
    AuditReport report = audit();
    long aborted =
        CommittedLog.countUncommitted(cluster.bootstrapServers(), "isogloss.embeddings")
            - report.embeddings();
    log.info(
        "-Disogloss.seed={}, {} s: {}; faults {}, {} frozen in a transaction;"
            + " {} workers fenced and started again; {} embeddings of aborted transactions",
        seed,
        (System.nanoTime() - started) / 1_000_000_000,
        report,
        happened,
        frozenInTransaction,
        fencedWorkers,
        aborted);
    assertThat(report.violations()).isEmpty();
    assertThat(report.unfinished()).isEmpty();
    assertThat(report.sentences()).isGreaterThanOrEqualTo(sent);
    Map<Place, String> expectedRefusals =
        poisoned.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().code()));
    assertThat(report.refused()).isEqualTo(expectedRefusals);
    assertThat(poisoned.values()).contains(Poison.values());
    assertThat(happened).containsOnlyKeys(Fault.values());
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
