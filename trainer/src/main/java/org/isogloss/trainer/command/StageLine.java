package org.isogloss.trainer.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * A stage of {@code isogloss train} as a command line that a job holds, run inside this process.
 */
final class StageLine {
  /** Commands of {@code train} that are no stages, or make no module. */
  private static final Set<String> NO_STAGES =
      Set.of("serve", "submit", "jobs", "run", "publish", "full");

  private final CommandLine line;
  private final List<String> arguments;
  private final TrainerCommand command;

  private StageLine(CommandLine line, List<String> arguments, TrainerCommand command) {
    this.line = line;
    this.arguments = arguments;
    this.command = command;
  }

  /**
   * Understands a stage and its arguments, and refuses what can be refused before anything is
   * loaded.
   *
   * @param arguments without the stage itself
   * @throws IsoglossException BAD_JOB if there is no such stage; BAD_OPTION; BAD_LANGUAGE
   */
  static StageLine parse(
      Terminal terminal, Map<String, String> environment, String stage, List<String> arguments) {
    CommandLine line = Trainer.commandLine(terminal, environment);
    CommandLine train = Objects.requireNonNull(line.getSubcommands().get("train"));
    Set<String> stages = new TreeSet<>(train.getSubcommands().keySet());
    stages.removeAll(NO_STAGES);
    if (!stages.contains(stage)) {
      throw new IsoglossException(
          ErrorCode.BAD_JOB,
          "no stage '%s'; there are %s".formatted(stage, String.join(", ", stages)));
    }
    List<String> whole = new ArrayList<>(List.of("train", stage));
    whole.addAll(arguments);
    try {
      return new StageLine(line, List.copyOf(whole), understood(line, whole));
    } catch (ParameterException e) {
      throw new IsoglossException(ErrorCode.BAD_OPTION, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * The command of a line that may be a step of a plan or a job; refuses what can be refused before
   * anything is loaded.
   *
   * @throws ParameterException if it does not fit
   */
  static TrainerCommand understood(CommandLine line, List<String> words) {
    CommandLine.ParseResult parsed =
        line.setExpandAtFiles(false).parseArgs(words.toArray(String[]::new));
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    if (!(parsed.commandSpec().userObject() instanceof TrainerCommand command)) {
      throw new IllegalStateException("every stage is a command of ours: " + words);
    }
    command.check();
    command.checkAsStep();
    return command;
  }

  /** How its module is measured, if it can be. */
  Optional<Measurable> measurable() {
    return command instanceof Measurable measurable ? Optional.of(measurable) : Optional.empty();
  }

  /**
   * Runs the stage.
   *
   * @throws IsoglossException its failure
   */
  void run() {
    execute(line, arguments);
  }

  /**
   * Runs a command line inside this process.
   *
   * @throws IsoglossException its failure
   */
  static void execute(CommandLine line, List<String> words) {
    List<Exception> failures = new ArrayList<>();
    line.setExecutionExceptionHandler(
        (failure, unused, parsed) -> {
          failures.add(failure);
          return TrainerCommand.FAILED;
        });
    line.setParameterExceptionHandler(
        (failure, unused) -> {
          failures.add(
              new IsoglossException(
                  ErrorCode.BAD_OPTION, String.valueOf(failure.getMessage()), failure));
          return TrainerCommand.FAILED;
        });
    line.execute(words.toArray(String[]::new));
    if (!failures.isEmpty()) {
      throw Trainer.codedCause(failures.getFirst());
    }
  }
}
