package org.isogloss.streams.mine;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import org.isogloss.error.ErrorCode;

/** What the miner counts. Counts what was processed; a transaction that fails counts again. */
final class MinerMeters {
  private final MeterRegistry registry;

  MinerMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  void row(String language) {
    registry.counter("isogloss.miner.rows", Tags.of("language", language)).increment();
  }

  void refused(ErrorCode code) {
    registry
        .counter("isogloss.dead.letters", Tags.of("stage", "mine", "code", code.code()))
        .increment();
  }

  void searched(LanguagePair pair, Duration time) {
    registry.timer("isogloss.miner.search", Tags.of("pair", pair.toString())).record(time);
  }

  void pairs(LanguagePair pair, int count) {
    registry.counter("isogloss.miner.pairs", Tags.of("pair", pair.toString())).increment(count);
  }

  void sealed() {
    registry.counter("isogloss.miner.scopes.sealed").increment();
  }
}
