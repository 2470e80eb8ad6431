package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.List;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.registry.ModuleAdministration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes modules serve. */
@Command(
    name = "activate",
    description = {
      "Make modules serve, a language's together and all in one step.",
      "A new English module wants the replacements of all alignments in the same command."
    })
final class ModulesActivateCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ActorOption actor = new ActorOption();

  @Parameters(
      arity = "1..*",
      paramLabel = "NAME@N",
      description = "Such as language/de@3 alignment/de@5.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--without-alignment",
      description = "Languages whose alignment does not fit the new English module serve without.")
  private boolean withoutAlignment;

  ModulesActivateCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (ModuleAdministration modules =
        actor.administration(cluster.requireRunning(common.home()))) {
      print(terminal(), modules.activate(names, withoutAlignment, actor.reason()));
    }
    return DONE;
  }

  static void print(Terminal terminal, List<ModuleSelection> selections) {
    for (ModuleSelection selection : selections) {
      terminal.out().println(selection.language() + ": " + selection.text());
    }
  }
}
