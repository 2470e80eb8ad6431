package org.isogloss.streams.command;

import org.isogloss.registry.ModuleAdministration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings back what served before. */
@Command(name = "rollback", description = "Bring back the modules that served a language before.")
final class ModulesRollbackCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ActorOption actor = new ActorOption();

  @Parameters(paramLabel = "xx", description = "The language, such as de.")
  private String language = "";

  @Option(
      names = "--without-alignment",
      description = "Languages whose alignment does not fit the old English module serve without.")
  private boolean withoutAlignment;

  ModulesRollbackCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (ModuleAdministration modules =
        actor.administration(cluster.requireRunning(common.home()))) {
      ModulesActivateCommand.print(
          terminal(), modules.rollback(language, withoutAlignment, actor.reason()));
    }
    return DONE;
  }
}
