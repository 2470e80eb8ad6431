package org.isogloss.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.isogloss.error.ErrorCode;
import org.isogloss.it.process.JavaProcess;
import org.isogloss.it.process.Leash;
import org.isogloss.it.process.Vitals;
import org.isogloss.it.replay.AuditReport;
import org.isogloss.it.replay.CommittedLog;
import org.isogloss.it.replay.ExactlyOnceAudit;
import org.isogloss.it.replay.Place;
import org.isogloss.streams.sample.SampleCorpus;
import org.isogloss.streams.sample.SampleSentence;
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

  private static final List<Integer> SLOTS = List.of(0, 1, 2);
  private static final Duration FLOOD = Duration.ofSeconds(3);

  /** How much longer than the flooding language's sentences those of another may take. */
  private static final double OF_THE_FLOODING_LANGUAGE = 1.2;

  private static final Duration OVER_THE_FLOODING_LANGUAGE = Duration.ofMillis(500);
  private static final int FEWEST_OF_A_LANGUAGE = 100;

  /** How much of a run the worker left in peace must have lived. */
  private static final double OF_THE_RUN = 0.8;

  private static final double VECTOR_TOLERANCE = 1e-4;

  private final Path logs;
  private final Cluster cluster;
  private final FaultPlan plan;
  private final Random random;
  private final int sentencesPerSecond;
  private final ModuleRoll modules;
  private final long seed;
  private final int minimumSentences;
  private final Duration drainPatience;
  private final boolean soak;
  private final List<SampleSentence> sentences;
  private final Map<Fault, Integer> happened = new EnumMap<>(Fault.class);
  private final long started = System.nanoTime();
  private int fencedWorkers;
  private int routersStartedAgain;
  private int frozenInTransaction;

  /**
   * @param rounds of all faults, at least
   * @param minimumSentences further rounds follow until so many are sent
   * @param drainPatience for what is unfinished when the stream has ended
   * @param soak whether one worker is left in peace and must not grow
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
      boolean soak) {
    this.logs = logs;
    this.cluster = new Cluster(folder, model, logs, soak);
    this.plan = FaultPlan.of(seed, rounds);
    this.random = new Random(seed + 1);
    this.sentencesPerSecond = sentencesPerSecond;
    this.sentences = SampleCorpus.load().sentences(seed);
    this.modules = new ModuleRoll(folder, model, seed, sentences);
    this.soak = soak;
    this.seed = seed;
    this.minimumSentences = minimumSentences;
    this.drainPatience = drainPatience;
  }

  /** Runs the plan and asserts that every sentence ended exactly once. */
  void run() {
    log.info("fault run with -Disogloss.seed={}: {}", seed, plan.faults());
    try (modules;
        cluster) {
      cluster.start();
      String bootstrap = cluster.bootstrapServers();
      // From the first sentence on there is something on every worker's disk.
      modules.publishNext(bootstrap);
      Map<Place, Poison> poisoned;
      int sent;
      try (SlowReader reader = SlowReader.start(bootstrap, Math.max(1, sentencesPerSecond / 2));
          SentenceStream stream =
              SentenceStream.start(bootstrap, sentences, sentencesPerSecond, seed)) {
        inflict(plan, stream);
        for (int further = 1; stream.acknowledged() < minimumSentences; further++) {
          inflict(FaultPlan.of(seed + further, 1), stream);
        }
        pause(Duration.ofSeconds(1));
        sent = stream.finish();
        poisoned = stream.poisoned();
        awaitFinished();
        List<Vitals> life = soak ? cluster.vitalsOfTheElder() : List.of();
        long livedSeconds = secondsSoFar();
        cluster.drain();
        int embeddings = judge(sent, poisoned);
        assertThat(reader.finish(embeddings, drainPatience))
            .as("embeddings that a slow reader got")
            .isEqualTo(embeddings);
        if (soak) {
          judge(life, livedSeconds);
        }
      }
    }
  }

  private void inflict(FaultPlan faults, SentenceStream stream) {
    for (int i = 0; i < faults.faults().size(); i++) {
      pause(faults.pauses().get(i));
      Fault fault = faults.faults().get(i);
      long start = System.nanoTime();
      inflict(fault, stream);
      happened.merge(fault, 1, Integer::sum);
      log.info(
          "{} in {} ms, {} sentences so far",
          fault,
          (System.nanoTime() - start) / 1_000_000,
          stream.acknowledged());
      fencedWorkers += cluster.superviseWorkers();
    }
  }

  private void inflict(Fault fault, SentenceStream stream) {
    switch (fault) {
      case GROW -> {
        List<Integer> slots = new ArrayList<>(SLOTS);
        slots.removeAll(cluster.workerSlots());
        cluster.startWorkers(slots);
      }
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
      case FILL_DISK -> {
        cluster.fillTheBrokersDisk();
        cluster.startBroker();
      }
      case KILL_ROUTER -> {
        cluster.killRouter();
        routersStartedAgain += cluster.startRouter();
      }
      case WIPE_STATE -> wipeState();
      case PUBLISH_MODULE -> modules.publishNext(cluster.bootstrapServers());
      case FLOOD_POISON -> flood(stream, Traffic.POISONED);
      case FLOOD_ONE_LANGUAGE -> flood(stream, Traffic.ONE_LANGUAGE);
      case REPEAT_AND_REORDER -> flood(stream, Traffic.REPEATED);
      case FREEZE_WORKER -> freeze(anyWorker());
      case REPLACE_FROZEN_WORKER -> {
        int slot = anyWorker();
        JavaProcess zombie = cluster.evict(slot);
        zombie.freeze();
        cluster.startWorkers(List.of(slot));
        zombie.thaw();
        // It learns of the fence when it commits. One whose partitions have no traffic has nothing
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

  private void wipeState() {
    int slot = anyWorker();
    cluster.killRouter();
    cluster.killWorker(slot);
    try {
      cluster.wipeRouter();
      cluster.wipeWorker(slot);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    routersStartedAgain += cluster.startRouter();
    cluster.startWorkers(List.of(slot));
  }

  private static void flood(SentenceStream stream, Traffic traffic) {
    stream.change(traffic);
    pause(FLOOD);
    stream.change(Traffic.STEADY);
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

  /** All that is committed. */
  private record Committed(
      List<ConsumerRecord<byte[], byte[]>> sentences,
      List<ConsumerRecord<byte[], byte[]>> embeddings,
      List<ConsumerRecord<byte[], byte[]>> deadLetters) {}

  private Committed committed() {
    String bootstrap = cluster.bootstrapServers();
    // Read in the order of the flow reversed: whatever is seen of the end was in the beginning.
    List<ConsumerRecord<byte[], byte[]>> embeddings =
        CommittedLog.read(bootstrap, "isogloss.embeddings");
    List<ConsumerRecord<byte[], byte[]>> deadLetters =
        CommittedLog.read(bootstrap, "isogloss.dead-letters");
    List<ConsumerRecord<byte[], byte[]>> sentences =
        CommittedLog.read(bootstrap, "isogloss.sentences");
    return new Committed(sentences, embeddings, deadLetters);
  }

  private AuditReport audit() {
    return audit(committed());
  }

  private AuditReport audit(Committed all) {
    modules.beginCounting();
    return ExactlyOnceAudit.of(
        all.sentences(), all.embeddings(), all.deadLetters(), modules, VECTOR_TOLERANCE);
  }

  /** Returns how many embeddings there are. */
  private int judge(int sent, Map<Place, Poison> poisoned) {
    Committed all = committed();
    AuditReport report = audit(all);
    FloodLatency latency = FloodLatency.of(all.sentences(), all.embeddings());
    long aborted =
        CommittedLog.countUncommitted(cluster.bootstrapServers(), "isogloss.embeddings")
            - report.embeddings();
    write(
        """
        -Disogloss.seed=%d, %d s
        %s
        faults %s, %d frozen in a transaction
        %d workers fenced and started again, %d routers that did not start in time, %d embeddings of aborted transactions
        %d modules, vectors by module %s
        in floods %s
        """
            .formatted(
                seed,
                secondsSoFar(),
                report,
                happened,
                frozenInTransaction,
                fencedWorkers,
                routersStartedAgain,
                aborted,
                modules.published(),
                modules.counted(),
                latency.byLanguage()));
    assertThat(report.violations()).isEmpty();
    assertThat(report.unfinished()).isEmpty();
    assertThat(report.sentences()).isEqualTo(sent);
    assertThat(modules.counted().values().stream().mapToInt(Integer::intValue).sum())
        .as("vectors that were compared")
        .isEqualTo(report.embeddings());
    assertThat(modules.counted()).as("modules that vectors name").hasSizeGreaterThan(2);
    Map<Place, String> expectedRefusals =
        poisoned.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().code()));
    assertThat(report.refused()).isEqualTo(expectedRefusals);
    assertThat(poisoned.values()).contains(Poison.values());
    assertThat(happened).containsOnlyKeys(Fault.values());
    if (soak) {
      assertThat(frozenInTransaction).as("workers frozen in a transaction").isPositive();
      assertThat(fencedWorkers).as("workers fenced").isPositive();
      FloodLatency.Waiting flooding =
          Objects.requireNonNull(latency.byLanguage().get(SentenceStream.FLOODING));
      assertThat(latency.byLanguage()).hasSizeGreaterThanOrEqualTo(languages());
      assertThat(latency.byLanguage().values())
          .as("how long languages wait while %s floods", SentenceStream.FLOODING)
          .filteredOn(waiting -> waiting.sentences() >= FEWEST_OF_A_LANGUAGE)
          .hasSizeGreaterThan(languages() / 2)
          .allSatisfy(
              waiting ->
                  assertThat((double) waiting.medianMillis())
                      .isLessThanOrEqualTo(
                          OF_THE_FLOODING_LANGUAGE * flooding.medianMillis()
                              + OVER_THE_FLOODING_LANGUAGE.toMillis()));
    }
    return report.embeddings();
  }

  private long secondsSoFar() {
    return (System.nanoTime() - started) / 1_000_000_000;
  }

  private int languages() {
    return (int) sentences.stream().map(SampleSentence::language).distinct().count();
  }

  private void judge(List<Vitals> life, long livedSeconds) {
    int quarter = life.size() / 4;
    write(
        "a worker left in peace, of %d moments: %s, %s, %s, %s, %s%n"
            .formatted(
                life.size(),
                life.getFirst(),
                life.get(quarter),
                life.get(2 * quarter),
                life.get(3 * quarter),
                life.getLast()));
    assertThat(life.size())
        .as("moments of one life, of a run of %d s", livedSeconds)
        .isGreaterThan((int) (OF_THE_RUN * livedSeconds / Leash.VITALS_EVERY.toSeconds()));
    assertThat(Vitals.grown(life)).as("what grew in a worker left in peace").isEmpty();
  }

  /** Into the log, and beside the processes' logs. */
  private void write(String text) {
    log.info("{}", text);
    try {
      Files.writeString(
          logs.resolve("report.txt"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
