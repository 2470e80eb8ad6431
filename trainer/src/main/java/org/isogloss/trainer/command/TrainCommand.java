package org.isogloss.trainer.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Groups the stages of training. */
@Command(
    name = "train",
    synopsisSubcommandLabel = "COMMAND",
    description = "Trains tokenizers and modules from data.")
final class TrainCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;
}
