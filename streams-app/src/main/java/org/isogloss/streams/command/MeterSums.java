package org.isogloss.streams.command;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Reads sums over all tags out of a registry. A meter that is not there counts as zero. */
final class MeterSums {
  private final MeterRegistry registry;

  MeterSums(MeterRegistry registry) {
    this.registry = registry;
  }

  /** The sum of all counters of a name. */
  long count(String name) {
    return Math.round(registry.find(name).counters().stream().mapToDouble(Counter::count).sum());
  }

  /** The counters of a name, summed by the value of one tag. */
  SortedMap<String, Long> countBy(String name, String tag) {
    SortedMap<String, Long> sums = new TreeMap<>();
    for (Counter counter : registry.find(name).tagKeys(tag).counters()) {
      String value = counter.getId().getTag(tag);
      sums.merge(value == null ? "" : value, Math.round(counter.count()), Long::sum);
    }
    return sums;
  }

  /** What the summaries of a name have recorded: how often, and the sum. */
  record Recorded(long times, double sum) {
    /** What was recorded since. */
    Recorded since(Recorded before) {
      return new Recorded(times - before.times, sum - before.sum);
    }

    double mean() {
      return sum / times;
    }
  }

  Recorded recorded(String name) {
    long times = 0;
    double sum = 0;
    for (DistributionSummary summary : registry.find(name).summaries()) {
      times += summary.count();
      sum += summary.totalAmount();
    }
    return new Recorded(times, sum);
  }

  /** The sum of all gauges of a name; those that say nothing count as zero. */
  long gauge(String name) {
    return Math.round(
        registry.find(name).gauges().stream()
            .mapToDouble(Gauge::value)
            .filter(Double::isFinite)
            .sum());
  }

  /** The time that all timers of a name have taken together. */
  double seconds(String name) {
    return registry.find(name).timers().stream()
            .mapToDouble((Timer timer) -> timer.totalTime(TimeUnit.NANOSECONDS))
            .sum()
        / TimeUnit.SECONDS.toNanos(1);
  }

  /** Whether any meter has the name. */
  boolean has(String name) {
    return registry.getMeters().stream()
        .map(Meter::getId)
        .anyMatch(id -> id.getName().equals(name));
  }
}
