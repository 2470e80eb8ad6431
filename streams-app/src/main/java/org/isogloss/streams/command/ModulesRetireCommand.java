package org.isogloss.streams.command;

import org.isogloss.registry.ModuleAdministration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes a version out of use for good. */
@Command(
    name = "retire",
    description = "Mark a version that does not serve as not to be activated.")
final class ModulesRetireCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ActorOption actor = new ActorOption();

  @Parameters(paramLabel = "NAME@N", description = "Such as language/de@3.")
  private String name = "";

  ModulesRetireCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (ModuleAdministration modules =
        actor.administration(cluster.requireRunning(common.home()))) {
      modules.retire(name, actor.reason());
      terminal().out().println(name + ": RETIRED");
    }
    return DONE;
  }
}
