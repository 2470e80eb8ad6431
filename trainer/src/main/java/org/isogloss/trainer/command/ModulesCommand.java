package org.isogloss.trainer.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Groups what is done with modules here. */
@Command(
    name = "modules",
    synopsisSubcommandLabel = "COMMAND",
    description = "Language and alignment modules in closed form, and of adapters of others.")
final class ModulesCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;
}
