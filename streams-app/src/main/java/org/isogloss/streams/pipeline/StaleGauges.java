package org.isogloss.streams.pipeline;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/**
 * Gauges of a part that has stopped. A registry keeps the first gauge of a name, so those of a part
 * that takes its place would never be seen. Counters and timers go on over restarts.
 */
final class StaleGauges {
  private StaleGauges() {}

  static void remove(MeterRegistry registry, Role role) {
    List<Gauge> stale =
        registry.getMeters().stream()
            .filter(Gauge.class::isInstance)
            .map(Gauge.class::cast)
            .filter(gauge -> gauge.getId().getName().startsWith(role.meterPrefix()))
            .toList();
    stale.forEach(registry::remove);
  }
}
