package org.isogloss.streams.mine;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The end of a slice of work. */
final class Deadline {
  private final LongSupplier nanoClock;
  private final long endNanos;

  private Deadline(LongSupplier nanoClock, long endNanos) {
    this.nanoClock = nanoClock;
    this.endNanos = endNanos;
  }

  static Deadline in(Duration slice, LongSupplier nanoClock) {
    return new Deadline(nanoClock, nanoClock.getAsLong() + slice.toNanos());
  }

  boolean isPast() {
    return nanoClock.getAsLong() - endNanos >= 0;
  }
}
