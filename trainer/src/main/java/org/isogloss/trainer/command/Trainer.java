package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaAccess;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program: finds the command, runs it, renders its error, exits with its code. */
@Command(
    name = "isogloss",
    description = "Makes modules from data.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Every option --some-name may be given as the environment variable ISOGLOSS_SOME_NAME;",
      "the command line wins. Exit codes: 0 done, 1 failed, 2 wrongly called."
    })
public final class Trainer {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  private Trainer() {}

  /**
   * Runs one command line and ends the process with its exit code.
   *
   * @param arguments as typed
   */
  public static void main(String[] arguments) {
    Terminal terminal = Terminal.ofProcess();
    OrderlyEnd end = OrderlyEnd.onSignal(terminal.stop());
    int code = execute(terminal, System.getenv(), arguments);
    end.reached(code);
    System.exit(code);
  }

  /** All commands, writing to this terminal. */
  static CommandLine commandLine(Terminal terminal, Map<String, String> environment) {
    CommandLine line =
        new CommandLine(new Trainer())
            .addSubcommand(
                new CommandLine(new ModulesCommand())
                    .addSubcommand(new FitCommand(terminal))
                    .addSubcommand(new ModulesImportCommand(terminal))
                    .addSubcommand(new ModulesCompressCommand(terminal))
                    .addSubcommand(new BenchFitCommand(terminal)))
            .addSubcommand(
                new CommandLine(new BenchGroup()).addSubcommand(new BenchTrainCommand(terminal)))
            .addSubcommand(
                new CommandLine(new TrainCommand())
                    .addSubcommand(new TrainLanguageCommand(terminal))
                    .addSubcommand(new TrainTokenizerCommand(terminal))
                    .addSubcommand(new TrainIdentifierCommand(terminal))
                    .addSubcommand(new TrainStartCommand(terminal))
                    .addSubcommand(new TrainPairsCommand(terminal))
                    // The command of `modules`, as a step of plans and a stage of jobs.
                    .addSubcommand(new FitCommand(terminal))
                    .addSubcommand(new TrainAlignCommand(terminal))
                    .addSubcommand(new TrainEncodeCommand(terminal))
                    .addSubcommand(new TrainAdaptCommand(terminal))
                    .addSubcommand(new TrainFullCommand(terminal))
                    .addSubcommand(new TrainRunCommand(terminal))
                    .addSubcommand(new TrainServeCommand(terminal, environment))
                    .addSubcommand(
                        new CommandLine(new TrainSubmitCommand(terminal, environment))
                            .setStopAtPositional(true))
                    .addSubcommand(new TrainJobsCommand(terminal)));
    applyToAll(line, new EnvironmentTwins(environment));
    line.setOut(new PrintWriter(terminal.out(), true, UTF_8));
    line.setErr(new PrintWriter(terminal.err(), true, UTF_8));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  /** Runs one command line. */
  static int execute(Terminal terminal, Map<String, String> environment, String... arguments) {
    CommandLine line = commandLine(terminal, environment);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          report(terminal, codedCause(failure));
          if (command.getCommand() instanceof TrainerCommand ours && ours.verbose) {
            failure.printStackTrace(terminal.err());
          }
          return TrainerCommand.FAILED;
        });
    line.setParameterExceptionHandler(
        (failure, unused) -> {
          String reason = String.valueOf(failure.getMessage());
          report(terminal, new IsoglossException(ErrorCode.BAD_OPTION, reason));
          CommandLine command = failure.getCommandLine();
          terminal.note("help: %s --help", command.getCommandSpec().qualifiedName());
          return command.getCommandSpec().exitCodeOnInvalidInput();
        });
    return line.execute(arguments);
  }

  private static void applyToAll(CommandLine line, EnvironmentTwins twins) {
    line.getCommandSpec().usageMessage().showDefaultValues(true);
    line.setDefaultValueProvider(twins);
    line.getSubcommands().values().forEach(subcommand -> applyToAll(subcommand, twins));
  }

  private static void report(Terminal terminal, IsoglossException failure) {
    terminal.note("%s: %s", failure.code().code(), failure.reason());
    terminal.note("remedy: %s", failure.code().remedy());
  }

  /** The failure by its code; INTERNAL if it has none. That a cluster refuses us comes first. */
  static IsoglossException codedCause(Throwable failure) {
    Optional<IsoglossException> refusal = KafkaAccess.refusal(failure);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IsoglossException coded) {
        return coded;
      }
    }
    return new IsoglossException(ErrorCode.INTERNAL, failure.toString(), failure);
  }
}
