package org.isogloss.streams.web;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Every meter that a process tells of. A name, once released, keeps its meaning. */
public enum Metric {
  /** Sentences routed to the encoder. */
  ROUTER_SENTENCES("isogloss.router.sentences", Kind.COUNTER, "language"),
  /** Sentences whose language is not the one given, under the policy verify. */
  ROUTER_MISMATCHES("isogloss.router.mismatches", Kind.COUNTER, "language"),
  /** Sentences not yet routed. */
  ROUTER_LAG("isogloss.router.lag", Kind.GAUGE),
  /** Records refused. */
  DEAD_LETTERS("isogloss.dead.letters", Kind.COUNTER, "stage", "code"),
  /** Sentences encoded. */
  WORKER_SENTENCES("isogloss.worker.sentences", Kind.COUNTER, "language"),
  /** Their tokens. */
  WORKER_TOKENS("isogloss.worker.tokens", Kind.COUNTER, "language"),
  /** Sentences cut to the limit of tokens. */
  WORKER_TRUNCATED("isogloss.worker.truncated", Kind.COUNTER, "language"),
  /** Sentences a micro-batch. */
  WORKER_BATCH_SENTENCES("isogloss.worker.batch.sentences", Kind.SUMMARY),
  /** Languages a micro-batch. */
  WORKER_BATCH_LANGUAGES("isogloss.worker.batch.languages", Kind.SUMMARY),
  /** Share of the token budget used. */
  WORKER_BATCH_FILL("isogloss.worker.batch.fill", Kind.SUMMARY),
  /** Share of a padded batch that would be padding. */
  WORKER_BATCH_PADDING("isogloss.worker.batch.padding", Kind.SUMMARY),
  /** Time of an encoding call. */
  WORKER_ENCODE("isogloss.worker.encode", Kind.TIMER),
  /** Time of a transaction. */
  WORKER_COMMIT("isogloss.worker.commit", Kind.TIMER),
  /** Output records a transaction. */
  WORKER_COMMIT_RECORDS("isogloss.worker.commit.records", Kind.SUMMARY),
  /** Transactions given up and tried again. */
  WORKER_RETRIES("isogloss.worker.retries", Kind.COUNTER),
  /** Windows left to the next owner. */
  WORKER_DISCARDED("isogloss.worker.discarded", Kind.COUNTER),
  /** Changes of the assignment. */
  WORKER_REBALANCES("isogloss.worker.rebalances", Kind.COUNTER),
  /** Open windows. */
  WORKER_WINDOWS("isogloss.worker.windows", Kind.GAUGE, "slot"),
  /** Requests not yet read, of the partitions assigned. */
  WORKER_LAG("isogloss.worker.lag", Kind.GAUGE, "topic", "partition"),
  /** Exchanges of modules. */
  MODULES_SWITCHED("isogloss.modules.switched", Kind.COUNTER, "language"),
  /** Modules, or records about them, that were refused. */
  MODULES_REFUSED("isogloss.modules.refused", Kind.COUNTER, "code"),
  /** Vectors taken in for mining. */
  MINER_ROWS("isogloss.miner.rows", Kind.COUNTER, "language"),
  /** Pairs written. */
  MINER_PAIRS("isogloss.miner.pairs", Kind.COUNTER, "pair"),
  /** Time of a search. */
  MINER_SEARCH("isogloss.miner.search", Kind.TIMER, "pair"),
  /** Scopes mined to the end. */
  MINER_SCOPES_SEALED("isogloss.miner.scopes.sealed", Kind.COUNTER),
  /** Vectors, dead letters and seals not yet taken in. */
  MINER_LAG("isogloss.miner.lag", Kind.GAUGE),
  /** 1 where the process is ready, 0 where it is not. */
  READY("isogloss.ready", Kind.GAUGE),
  /** Bytes in use by the JVM. */
  JVM_MEMORY_USED("jvm.memory.used", Kind.GAUGE_OF_BYTES, "area", "id"),
  /** The most bytes the JVM may use. */
  JVM_MEMORY_MAX("jvm.memory.max", Kind.GAUGE_OF_BYTES, "area", "id"),
  /** Live threads. */
  JVM_THREADS("jvm.threads.live", Kind.GAUGE_OF_THREADS),
  /** Share of the processors that the process uses. */
  PROCESS_CPU("process.cpu.usage", Kind.GAUGE),
  /** Open file handles. */
  PROCESS_FILES("process.files.open", Kind.GAUGE_OF_FILES),
  /** How long the process has run. */
  PROCESS_UPTIME("process.uptime", Kind.GAUGE_OF_SECONDS);

  /** What a meter measures, and so which series it has. */
  public enum Kind {
    COUNTER("_total"),
    GAUGE(""),
    GAUGE_OF_BYTES("_bytes"),
    GAUGE_OF_THREADS("_threads"),
    GAUGE_OF_FILES("_files"),
    GAUGE_OF_SECONDS("_seconds"),
    SUMMARY("_count", "_sum", "_max"),
    TIMER("_seconds_count", "_seconds_sum", "_seconds_max");

    private final List<String> endings;

    Kind(String... endings) {
      this.endings = List.of(endings);
    }
  }

  private final String meter;
  private final Kind kind;
  private final Set<String> tags;

  Metric(String meter, Kind kind, String... tags) {
    this.meter = meter;
    this.kind = kind;
    this.tags = Set.of(tags);
  }

  /** The name in the program: {@code isogloss.worker.sentences}. */
  public String meter() {
    return meter;
  }

  public Kind kind() {
    return kind;
  }

  /** The names of its tags. */
  public Set<String> tags() {
    return tags;
  }

  /** The names of its series: {@code isogloss_worker_sentences_total}. */
  public List<String> series() {
    String name = meter.replace('.', '_');
    return kind.endings.stream().map(ending -> name + ending).toList();
  }

  /** The meter that has a series of this name; empty: none of ours. */
  public static Optional<Metric> ofSeries(String series) {
    return Arrays.stream(values()).filter(each -> each.series().contains(series)).findFirst();
  }

  /** The names of all series. */
  public static Set<String> allSeries() {
    return Arrays.stream(values())
        .flatMap(each -> each.series().stream())
        .collect(Collectors.toUnmodifiableSet());
  }
}
