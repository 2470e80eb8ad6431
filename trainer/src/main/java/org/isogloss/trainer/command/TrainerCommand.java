package org.isogloss.trainer.command;

import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands share. */
abstract class TrainerCommand implements Callable<Integer> {
  static final int DONE = 0;
  static final int FAILED = 1;

  @Spec @Nullable CommandSpec spec;

  @Option(names = "--verbose", description = "Show the stack trace of an error.")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Mixin ModelOptions model = new ModelOptions();

  private final Terminal terminal;

  TrainerCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Does the work. */
  abstract void run() throws Exception;

  /** Refuses a wrong call before anything is loaded. */
  abstract void check();

  /**
   * Whether the work looks at the terminal's stop signal now and then, as all training does: a
   * process that is told to end then waits for it.
   */
  boolean heedsStop() {
    return false;
  }

  /**
   * Refuses what a command of its own may do but a step of a plan or a job may not: to write beside
   * the one folder it is given, or several folders into it, which appear one after the other.
   */
  void checkAsStep() {}

  Terminal terminal() {
    return terminal;
  }

  @Override
  public final Integer call() throws Exception {
    check();
    if (heedsStop()) {
      terminal.stop().heed();
    }
    run();
    return DONE;
  }

  /** Refuses a wrong call. */
  void require(boolean condition, String otherwise) {
    if (!condition) {
      throw wronglyCalled(otherwise);
    }
  }

  /**
   * Makes what options say.
   *
   * @throws IsoglossException BAD_OPTION where it refuses its values
   */
  static <T> T option(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new IsoglossException(ErrorCode.BAD_OPTION, String.valueOf(e.getMessage()), e);
    }
  }

  /** An error of usage: exit code 2. */
  ParameterException wronglyCalled(String message) {
    if (spec == null) {
      throw new IllegalStateException(message);
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
