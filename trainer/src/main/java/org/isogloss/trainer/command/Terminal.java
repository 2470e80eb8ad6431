package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.function.LongSupplier;
import org.isogloss.trainer.fit.FitListener;

/**
 * Where a command writes.
 *
 * @param out results, nothing else
 * @param err progress, notes and errors
 * @param nanoClock for the pace of progress
 */
record Terminal(PrintStream out, PrintStream err, LongSupplier nanoClock) {
  private static final long NANOS_BETWEEN_LINES = 5_000_000_000L;

  static Terminal ofProcess() {
    return new Terminal(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8),
        System::nanoTime);
  }

  /** A line for people. */
  void note(String format, Object... arguments) {
    err.println(format.formatted(arguments));
  }

  /** A line of progress now and then. */
  FitListener progress() {
    return new FitListener() {
      private long last = nanoClock.getAsLong();

      @Override
      public void progressed(String what, int done, int total) {
        long now = nanoClock.getAsLong();
        if (now - last >= NANOS_BETWEEN_LINES) {
          last = now;
          note("encoding %s: %d/%d", what, done, total);
        }
      }
    };
  }
}
