package org.isogloss.streams.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Holds the commands of evaluation together. */
@Command(
    name = "eval",
    description = "Measure module versions on suites of evaluation items.",
    synopsisSubcommandLabel = "(load | run | list | compare | report)")
final class EvalCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;
}
