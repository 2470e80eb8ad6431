package org.isogloss.streams.command;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows on standard error how long work goes: on a terminal one line with a bar, written over and
 * over; elsewhere a plain line now and then, the first soon. Safe for use by several threads.
 */
final class Progress implements AutoCloseable {
  private static final Duration REDRAW = Duration.ofMillis(150);
  private static final Duration PLAIN_LINE = Duration.ofSeconds(5);
  private static final Duration FIRST_PLAIN_LINE = Duration.ofSeconds(1);
  private static final int BAR_CELLS = 24;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final Terminal terminal;
  private final String label;
  private final OptionalLong total;
  private final LongSupplier nanoClock;
  private final long startNanos;
  private long nextNanos;
  private long done;
  private @Nullable Supplier<String> detail;
  private boolean drawn;
  private boolean closed;

  Progress(Terminal terminal, String label, OptionalLong total, LongSupplier nanoClock) {
    this.terminal = terminal;
    this.label = label;
    this.total = total;
    this.nanoClock = nanoClock;
    this.startNanos = nanoClock.getAsLong();
    this.nextNanos = startNanos + (terminal.interactive() ? REDRAW : FIRST_PLAIN_LINE).toNanos();
  }

  static Progress of(Terminal terminal, String label, long total) {
    return new Progress(terminal, label, OptionalLong.of(total), System::nanoTime);
  }

  static Progress ofUnknownLength(Terminal terminal, String label) {
    return new Progress(terminal, label, OptionalLong.empty(), System::nanoTime);
  }

  /** So much is done. */
  void update(long done) {
    update(done, () -> "");
  }

  /**
   * So much is done.
   *
   * @param detail what more to show, asked for only when a line is drawn
   */
  synchronized void update(long done, Supplier<String> detail) {
    if (closed) {
      return;
    }
    this.done = done;
    this.detail = detail;
    long now = nanoClock.getAsLong();
    if (now - nextNanos < 0) {
      return;
    }
    nextNanos = now + (terminal.interactive() ? REDRAW : PLAIN_LINE).toNanos();
    draw(now);
  }

  /** The line as it stands, without any control characters. */
  private String line(long now) {
    StringBuilder line = new StringBuilder(label);
    double seconds = Math.max(1e-3, (now - startNanos) / (double) TimeUnit.SECONDS.toNanos(1));
    if (total.isPresent() && total.getAsLong() > 0) {
      double part = Math.min(1, (double) done / total.getAsLong());
      if (terminal.interactive()) {
        int filled = (int) Math.round(part * BAR_CELLS);
        line.append(" [").repeat('#', filled).repeat('.', BAR_CELLS - filled).append(']');
      }
      line.append(" %d/%d (%.0f %%)".formatted(done, total.getAsLong(), 100 * part));
    } else {
      line.append(" %d".formatted(done));
    }
    line.append(", %.0f s, %.0f/s".formatted(seconds, done / seconds));
    String more = detail == null ? "" : detail.get();
    if (!more.isEmpty()) {
      line.append(", ").append(more);
    }
    return line.toString();
  }

  private void draw(long now) {
    if (terminal.interactive()) {
      terminal.err().print(ERASE_LINE + line(now));
      terminal.err().flush();
    } else {
      terminal.err().println(line(now));
    }
    drawn = true;
  }

  /** Leaves the last state as a whole line, if there ever was one or the work took its time. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (drawn) {
      draw(nanoClock.getAsLong());
      if (terminal.interactive()) {
        terminal.err().println();
      }
    }
  }
}
