package org.isogloss.streams.command;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Tells in a line how the pipeline goes, from its counters. For one thread. */
final class PipelineCounters {
  private final MeterSums meters;
  private final LongSupplier nanoClock;
  private long lastNanos;
  private long lastSentences;
  private long lastTokens;
  private long lastRefused;
  private long lastPairs;

  PipelineCounters(MeterRegistry registry, LongSupplier nanoClock) {
    this.meters = new MeterSums(registry);
    this.nanoClock = nanoClock;
    this.lastNanos = nanoClock.getAsLong();
  }

  /** Sentences encoded so far. */
  long sentences() {
    return meters.count("isogloss.worker.sentences");
  }

  /** Sentences encoded so far, by language. */
  SortedMap<String, Long> sentencesByLanguage() {
    return meters.countBy("isogloss.worker.sentences", "language");
  }

  /** Their tokens, by language. */
  SortedMap<String, Long> tokensByLanguage() {
    return meters.countBy("isogloss.worker.tokens", "language");
  }

  /** Their tokens. */
  long tokens() {
    return meters.count("isogloss.worker.tokens");
  }

  /** Pairs found so far. */
  long pairs() {
    return meters.count("isogloss.miner.pairs");
  }

  /** Records not yet routed, and not yet encoded. */
  long lag() {
    return meters.gauge("isogloss.router.lag") + meters.gauge("isogloss.worker.lag");
  }

  /** Records refused so far at any stage. */
  long refused() {
    return meters.count("isogloss.dead.letters");
  }

  /** How things stand, and the rates since the last line; empty if nothing has happened since. */
  Optional<String> lineIfAnythingChanged() {
    long sentences = sentences();
    long tokens = tokens();
    long refused = refused();
    long pairs = pairs();
    long now = nanoClock.getAsLong();
    boolean changed = sentences != lastSentences || refused != lastRefused || pairs != lastPairs;
    double seconds = (now - lastNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    String line =
        String.format(
            Locale.ROOT,
            "%d sentences (%.0f/s), %.0f tokens/s, lag %d, %d dead letters, %d pairs; %s",
            sentences,
            (sentences - lastSentences) / seconds,
            (tokens - lastTokens) / seconds,
            lag(),
            refused,
            pairs,
            byLanguage());
    lastNanos = now;
    lastSentences = sentences;
    lastTokens = tokens;
    lastRefused = refused;
    lastPairs = pairs;
    return changed ? Optional.of(line) : Optional.empty();
  }

  /** Such as {@code de 120, en 118}. */
  String byLanguage() {
    return join(sentencesByLanguage());
  }

  private static String join(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue())
        .collect(Collectors.joining(", "));
  }
}
