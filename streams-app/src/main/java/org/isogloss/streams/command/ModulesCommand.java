package org.isogloss.streams.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Holds the commands about modules together. */
@Command(
    name = "modules",
    description = {
      "List, publish, show, activate, roll back and retire language and alignment modules.",
      "`modules fit` makes them in closed form, `modules import` of LoRA adapters of PEFT, `modules",
      "compress` writes one in fewer bits; these belong to the trainer."
    },
    synopsisSubcommandLabel =
        "(list | publish | show | activate | rollback | retire | fit | import | compress)")
final class ModulesCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;
}
