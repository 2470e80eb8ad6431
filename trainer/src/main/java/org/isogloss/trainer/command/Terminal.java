package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.trainer.fit.FitListener;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.loop.LoopListener;
import org.isogloss.trainer.loop.StopSignal;

/**
 * Where a command writes.
 *
 * @param out results, nothing else
 * @param err progress, notes and errors
 * @param nanoClock for the pace of progress
 * @param stop ends in order whatever trains or encodes for it
 */
record Terminal(PrintStream out, PrintStream err, LongSupplier nanoClock, StopSignal stop) {
  private static final long NANOS_BETWEEN_LINES = 5_000_000_000L;

  /** Where nobody asks to stop. */
  Terminal(PrintStream out, PrintStream err, LongSupplier nanoClock) {
    this(out, err, nanoClock, new StopSignal());
  }

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

  /** What was made, on standard output. */
  void report(FittedModule module) {
    ModuleManifest manifest = module.manifest();
    out.printf(
        "%s/%s %s %s%n",
        manifest.kind().label(), manifest.language(), module.digest(), module.directory());
    new TreeMap<>(manifest.common().metrics())
        .forEach((name, value) -> out.printf(Locale.ROOT, "%s %.4f%n", name, value));
  }

  /** A line of training now and then, and one for every score. */
  LoopListener training() {
    return new LoopListener() {
      private long last = nanoClock.getAsLong() - NANOS_BETWEEN_LINES;

      @Override
      public void stepped(Step step) {
        long now = nanoClock.getAsLong();
        if (now - last >= NANOS_BETWEEN_LINES) {
          last = now;
          err.printf(
              Locale.ROOT,
              "step %d/%d loss %.4f rate %.2e gradient %.3f %.0f tokens/s, %d:%02d:%02d left%n",
              step.step(),
              step.steps(),
              step.loss(),
              step.learningRate(),
              step.gradientNorm(),
              step.tokensPerSecond(),
              step.left().toHours(),
              step.left().toMinutesPart(),
              step.left().toSecondsPart());
        }
      }

      @Override
      public void scored(long step, String name, double score, boolean best) {
        err.printf(
            Locale.ROOT, "after %d steps %s %.3f%s%n", step, name, score, best ? ", the best" : "");
      }

      @Override
      public StopSignal stop() {
        return stop;
      }

      @Override
      public void resumed(long step) {
        note("goes on from step %d", step);
      }
    };
  }

  /** A line of progress now and then; ends the work if it is to stop. */
  FitListener progress() {
    return new FitListener() {
      private long last = nanoClock.getAsLong();

      @Override
      public void progressed(String what, int done, int total) {
        stop.check("while encoding " + what);
        long now = nanoClock.getAsLong();
        if (now - last >= NANOS_BETWEEN_LINES) {
          last = now;
          note("encoding %s: %d/%d", what, done, total);
        }
      }
    };
  }
}
