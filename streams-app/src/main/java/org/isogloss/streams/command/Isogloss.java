package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program: finds the command, runs it, renders its error, exits with its code. */
@Command(
    name = "isogloss",
    description = "A streaming encoder for modular multilingual sentence embeddings.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Every option --some-name may be given as the environment variable ISOGLOSS_SOME_NAME;",
      "the command line wins. Exit codes: 0 done, 1 failed, 2 wrongly called."
    })
public final class Isogloss {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  private Isogloss() {}

  /**
   * Runs one command line and ends the process with its exit code.
   *
   * @param arguments as typed
   */
  public static void main(String[] arguments) {
    System.exit(execute(Terminal.ofProcess(), System.getenv(), arguments));
  }

  /** Runs one command line. */
  static int execute(Terminal terminal, Map<String, String> environment, String... arguments) {
    int exitCode = commandLine(terminal, environment).execute(arguments);
    terminal.out().flush();
    terminal.err().flush();
    return exitCode;
  }

  static CommandLine commandLine(Terminal terminal, Map<String, String> environment) {
    CommandLine line = new CommandLine(new Isogloss());
    commands(terminal).forEach(line::addSubcommand);
    applyToAll(line, environment);
    line.setOut(new PrintWriter(terminal.out(), true, UTF_8));
    line.setErr(new PrintWriter(terminal.err(), true, UTF_8));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          boolean verbose =
              command.getCommand() instanceof IsoglossCommand ours && ours.common.verbose;
          ErrorReport.print(terminal.err(), failure, verbose);
          return IsoglossCommand.FAILED;
        });
    line.setParameterExceptionHandler(
        (failure, unused) -> {
          ErrorReport.printUsage(terminal.err(), failure);
          return failure.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
        });
    return line;
  }

  private static void applyToAll(CommandLine line, Map<String, String> environment) {
    line.getCommandSpec().usageMessage().showDefaultValues(true);
    line.setDefaultValueProvider(new EnvironmentTwins(environment));
    for (CommandLine subcommand : line.getSubcommands().values()) {
      applyToAll(subcommand, environment);
    }
  }

  private static List<Object> commands(Terminal terminal) {
    return List.of(
        new DemoCommand(terminal),
        new UpCommand(terminal),
        new TopicsCommand(terminal),
        new EncodeCommand(terminal),
        new MineCommand(terminal),
        new SendCommand(terminal),
        new SealCommand(terminal),
        new ExportCommand(terminal),
        new CommandLine(new ModelsCommand())
            .addSubcommand(new ModelsListCommand(terminal))
            .addSubcommand(new ModelsFetchCommand(terminal)),
        new CommandLine(new ModulesCommand())
            .addSubcommand(new ModulesListCommand(terminal))
            .addSubcommand(new ModulesPublishCommand(terminal))
            .addSubcommand(new ModulesShowCommand(terminal))
            .addSubcommand(new ModulesActivateCommand(terminal))
            .addSubcommand(new ModulesRollbackCommand(terminal))
            .addSubcommand(new ModulesRetireCommand(terminal)),
        new CommandLine(new EvalCommand())
            .addSubcommand(new EvalLoadCommand(terminal))
            .addSubcommand(new EvalRunCommand(terminal))
            .addSubcommand(new EvalListCommand(terminal))
            .addSubcommand(new EvalCompareCommand(terminal))
            .addSubcommand(new EvalReportCommand(terminal)),
        new CommandLine(new BenchCommand())
            .addSubcommand(new BenchAllCommand(terminal))
            .addSubcommand(new BenchEncodeCommand(terminal, new BarSheet()))
            .addSubcommand(new BenchMineCommand(terminal, new BarSheet()))
            .addSubcommand(new BenchLidCommand(terminal, new BarSheet()))
            .addSubcommand(new BenchEvalCommand(terminal))
            .addSubcommand(new BenchModulesCommand(terminal, new BarSheet()))
            .addSubcommand(new BenchPipelineCommand(terminal, new BarSheet()))
            .addSubcommand(new BenchSwapCommand(terminal, new BarSheet())),
        new CommandLine(new DeadCommand())
            .addSubcommand(new DeadListCommand(terminal))
            .addSubcommand(new DeadShowCommand(terminal))
            .addSubcommand(new DeadReplayCommand(terminal)),
        new DoctorCommand(terminal));
  }
}
