package org.isogloss.streams.command;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands share: the terminal, the common options, and how to say "wrongly called". */
abstract class IsoglossCommand implements Callable<Integer> {
  /** Done. */
  static final int DONE = 0;

  /** It ran and failed, or found something to mend. */
  static final int FAILED = 1;

  @Spec @Nullable CommandSpec spec;
  @Mixin CommonOptions common = new CommonOptions();

  private final Terminal terminal;

  IsoglossCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Does the work.
   *
   * @return the exit code
   * @throws org.isogloss.error.IsoglossException for what the user should know
   */
  abstract int run() throws Exception;

  Terminal terminal() {
    return terminal;
  }

  @Override
  public final Integer call() throws Exception {
    Logging.configure(common.verbose);
    return run();
  }

  /** An error of usage: exit code 2. */
  ParameterException wronglyCalled(String message) {
    if (spec == null) {
      throw new IllegalStateException(message);
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
