package org.isogloss.streams.command;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.isogloss.encoder.module.Manifests;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.registry.ModuleLedger;
import org.isogloss.registry.ModuleLedger.Version;
import org.isogloss.schemas.record.ModuleEvent;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows one module. */
@Command(
    name = "show",
    description = "Show a module's manifest with lineage and metrics, and its history.")
final class ModulesShowCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ActorOption actor = new ActorOption();

  @Parameters(
      paramLabel = "NAME[@N]",
      description = "Such as language/de@3; without a number the newest.")
  private String name = "";

  ModulesShowCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    try (ModuleAdministration modules =
        actor.administration(cluster.requireRunning(common.home()))) {
      ModuleLedger ledger = modules.ledger();
      Version version = find(ledger);
      String full = version.reference().name();
      terminal().out().println(full + "  " + ModulesListCommand.stage(ledger, version.reference()));
      terminal().out().println("digest  " + version.reference().digest());
      terminal().out().println("space   " + ModuleSpace.of(version));
      new TreeMap<>(version.evaluation())
          .forEach(
              (metric, score) ->
                  terminal().out().println(String.format(Locale.ROOT, "%s  %.4f", metric, score)));
      terminal().out().print(Manifests.write(version.manifest()));
      List<ModuleEvent> history =
          modules.events().stream().filter(event -> concerns(event, version.reference())).toList();
      for (ModuleEvent event : history) {
        terminal()
            .out()
            .println(
                "%s  %s  %s%s  %s"
                    .formatted(
                        Instant.ofEpochMilli(event.getTimeMillis()),
                        event.getEvent(),
                        event.getWorker() + event.getActor(),
                        event.getCode().isEmpty() ? "" : "  " + event.getCode(),
                        event.getReason()));
      }
    }
    return DONE;
  }

  /** Whether it is of this version, or of its language and names this version. */
  private static boolean concerns(ModuleEvent event, ModuleReference module) {
    return event.getSubject().equals(module.name())
        || (event.getSubject().equals(module.language())
            // The names of later versions may begin with this one's.
            && Pattern.compile(Pattern.quote(module.name()) + "(?![0-9])")
                .matcher(event.getReason())
                .find());
  }

  private Version find(ModuleLedger ledger) {
    return ledger.versions().stream()
        .filter(
            version ->
                version.reference().name().equals(name)
                    || version.reference().name().startsWith(name + "@"))
        .max(Comparator.comparingInt(version -> version.reference().number()))
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.MODULE_MISSING,
                    "there is no %s; see `isogloss modules list`".formatted(name)));
  }
}
