package org.isogloss.streams.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Holds the commands about models together. */
@Command(
    name = "models",
    description = "List the models that can be had by name, or fetch one.",
    synopsisSubcommandLabel = "(list | fetch)")
final class ModelsCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;
}
