package org.isogloss.trainer.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Groups the benchmarks of training; those of serving are the other program's. */
@Command(
    name = "bench",
    synopsisSubcommandLabel = "COMMAND",
    description = "Measures the speed of training.")
final class BenchGroup {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;
}
