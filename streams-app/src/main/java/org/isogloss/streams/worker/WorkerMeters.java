package org.isogloss.streams.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;

/**
 * What the worker counts.
 *
 * <table>
 *   <caption>meters</caption>
 *   <tr><td>{@code isogloss.worker.sentences}</td><td>encoded sentences, by language</td></tr>
 *   <tr><td>{@code isogloss.worker.tokens}</td><td>their tokens, by language</td></tr>
 *   <tr><td>{@code isogloss.worker.truncated}</td><td>sentences cut to the limit, by language</td></tr>
 *   <tr><td>{@code isogloss.dead.letters}</td><td>by stage and code</td></tr>
 *   <tr><td>{@code isogloss.worker.batch.sentences}</td><td>sentences a micro-batch</td></tr>
 *   <tr><td>{@code isogloss.worker.batch.languages}</td><td>languages a micro-batch</td></tr>
 *   <tr><td>{@code isogloss.worker.batch.fill}</td><td>share of the token budget used</td></tr>
 *   <tr><td>{@code isogloss.worker.batch.padding}</td><td>share of a padded batch that were padding</td></tr>
 *   <tr><td>{@code isogloss.worker.encode}</td><td>time of an encoding call</td></tr>
 *   <tr><td>{@code isogloss.worker.commit}</td><td>time of a transaction</td></tr>
 *   <tr><td>{@code isogloss.worker.commit.records}</td><td>output records a transaction</td></tr>
 *   <tr><td>{@code isogloss.worker.retries}</td><td>transactions given up and tried again</td></tr>
 *   <tr><td>{@code isogloss.worker.discarded}</td><td>windows left to the next owner</td></tr>
 *   <tr><td>{@code isogloss.worker.rebalances}</td><td>changes of the assignment</td></tr>
 *   <tr><td>{@code isogloss.worker.windows}</td><td>open windows, by slot</td></tr>
 *   <tr><td>{@code isogloss.worker.lag}</td><td>records not yet read, by partition; only of those assigned</td></tr>
 * </table>
 *
 * Counters count what was worked on; a window that is discarded counts again where it is read anew.
 */
final class WorkerMeters {
  private final MeterRegistry registry;
  private final ConcurrentMap<String, OfLanguage> languages = new ConcurrentHashMap<>();
  private final ConcurrentMap<TopicPartition, Lag> lags = new ConcurrentHashMap<>();
  private final DistributionSummary batchSentences;
  private final DistributionSummary batchLanguages;
  private final DistributionSummary batchFill;
  private final DistributionSummary batchPadding;
  private final DistributionSummary commitRecords;
  private final Timer encode;
  private final Timer commit;
  private final Counter retries;
  private final Counter discarded;
  private final Counter rebalances;

  private record Lag(AtomicLong records, Gauge gauge) {}

  private record OfLanguage(Counter sentences, Counter tokens, Counter truncated) {}

  WorkerMeters(MeterRegistry registry, String slot, WindowLedger ledger) {
    this.registry = registry;
    batchSentences = registry.summary("isogloss.worker.batch.sentences");
    batchLanguages = registry.summary("isogloss.worker.batch.languages");
    batchFill = registry.summary("isogloss.worker.batch.fill");
    batchPadding = registry.summary("isogloss.worker.batch.padding");
    commitRecords = registry.summary("isogloss.worker.commit.records");
    encode = registry.timer("isogloss.worker.encode");
    commit = registry.timer("isogloss.worker.commit");
    retries = registry.counter("isogloss.worker.retries");
    discarded = registry.counter("isogloss.worker.discarded");
    rebalances = registry.counter("isogloss.worker.rebalances");
    registry.gauge("isogloss.worker.windows", Tags.of("slot", slot), ledger, WindowLedger::windows);
  }

  void encoded(String language, int tokens, boolean truncated) {
    OfLanguage meters = languages.computeIfAbsent(language, this::ofLanguage);
    meters.sentences.increment();
    meters.tokens.increment(tokens);
    if (truncated) {
      meters.truncated.increment();
    }
  }

  void refused(String code) {
    registry.counter("isogloss.dead.letters", Tags.of("stage", "encode", "code", code)).increment();
  }

  void batch(int sentences, long languages, double fill, double padding, Duration took) {
    batchSentences.record(sentences);
    batchLanguages.record(languages);
    batchFill.record(fill);
    batchPadding.record(padding);
    encode.record(took);
  }

  void committed(int records, Duration took) {
    commitRecords.record(records);
    commit.record(took);
  }

  void retried() {
    retries.increment();
  }

  void discarded(int windows) {
    discarded.increment(windows);
  }

  void rebalanced() {
    rebalances.increment();
  }

  void lag(TopicPartition partition, long records) {
    lags.computeIfAbsent(partition, this::lagGauge).records().set(records);
  }

  /** The partitions are another worker's to report. */
  void forgetLags(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      Lag lag = lags.remove(partition);
      if (lag != null) {
        registry.remove(lag.gauge());
      }
    }
  }

  void forgetLags() {
    forgetLags(Set.copyOf(lags.keySet()));
  }

  private Lag lagGauge(TopicPartition partition) {
    AtomicLong records = new AtomicLong();
    return new Lag(
        records,
        Gauge.builder("isogloss.worker.lag", records, AtomicLong::doubleValue)
            .tag("topic", partition.topic())
            .tag("partition", Integer.toString(partition.partition()))
            .register(registry));
  }

  private OfLanguage ofLanguage(String language) {
    Tags tags = Tags.of("language", language);
    return new OfLanguage(
        registry.counter("isogloss.worker.sentences", tags),
        registry.counter("isogloss.worker.tokens", tags),
        registry.counter("isogloss.worker.truncated", tags));
  }
}
