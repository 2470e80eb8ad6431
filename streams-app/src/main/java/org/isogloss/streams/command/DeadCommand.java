package org.isogloss.streams.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Holds the commands about dead letters together. */
@Command(
    name = "dead",
    description = "List dead letters, show why one was refused, and send them again after a mend.",
    synopsisSubcommandLabel = "(list | show | replay)")
final class DeadCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;
}
