package org.isogloss.streams.command;

import org.isogloss.schemas.record.Seal;
import org.isogloss.streams.mine.Sealer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Closes a scope. */
@Command(
    name = "seal",
    description = {
      "Close a scope: its sentences are counted, and mined when all of them are encoded.",
      "Sealing a scope again changes nothing."
    })
final class SealCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Option(names = "--scope", paramLabel = "S", required = true, description = "The scope to close.")
  private String scope = "";

  SealCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (Progress progress = Progress.ofUnknownLength(terminal(), "counting")) {
      Seal seal =
          new Sealer(cluster.requireRunning(common.home()))
              .seal(scope, (read, total) -> progress.update(read));
      progress.close();
      terminal().out().println("%s\t%d".formatted(seal.getScope(), seal.getCount()));
      return DONE;
    }
  }
}
