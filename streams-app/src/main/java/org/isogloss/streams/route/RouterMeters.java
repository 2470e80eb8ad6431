package org.isogloss.streams.route;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToDoubleFunction;
import org.isogloss.streams.kafka.StreamsLifecycle;

/**
 * What the router counts: {@code isogloss.router.sentences} by language, {@code
 * isogloss.router.mismatches} by language given (policy VERIFY), {@code isogloss.dead.letters} by
 * stage and code, {@code isogloss.router.lag} in records. Counts what was processed; a transaction
 * that is given up counts again.
 */
final class RouterMeters {
  private final MeterRegistry registry;
  private final ConcurrentMap<String, Counter> sentences = new ConcurrentHashMap<>();

  RouterMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  void accepted(String language) {
    sentences
        .computeIfAbsent(
            language,
            code -> registry.counter("isogloss.router.sentences", Tags.of("language", code)))
        .increment();
  }

  void mismatch(String language) {
    registry.counter("isogloss.router.mismatches", Tags.of("language", language)).increment();
  }

  void refused(String code) {
    registry.counter("isogloss.dead.letters", Tags.of("stage", "route", "code", code)).increment();
  }

  void follow(StreamsLifecycle streams) {
    ToDoubleFunction<StreamsLifecycle> lag = StreamsLifecycle::lag;
    registry.gauge("isogloss.router.lag", Tags.empty(), streams, lag);
  }
}
