package org.isogloss.streams.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.registry.LoadedModules;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.registry.ModuleLedger;
import org.isogloss.registry.ModuleLedger.Version;
import org.isogloss.streams.worker.RunningSlots;
import org.isogloss.streams.worker.WorkerOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists every module version. */
@Command(
    name = "list",
    description =
        "List every module: versions, stage, digest, size, backbone, which running workers have loaded it.")
final class ModulesListCommand extends IsoglossCommand {
  private static final double MEGABYTE = 1e6;

  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ActorOption actor = new ActorOption();

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  ModulesListCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws JsonProcessingException {
    KafkaSettings kafka = cluster.requireRunning(common.home());
    try (ModuleAdministration modules = actor.administration(kafka)) {
      ModuleLedger ledger = modules.ledger();
      Set<String> running = RunningSlots.of(kafka, WorkerOptions.DEFAULT_GROUP);
      Map<String, List<String>> loaded =
          LoadedModules.byModule(modules.events(), running::contains);
      terminal().out().print(json ? json(ledger, loaded) : table(ledger, loaded));
    }
    return DONE;
  }

  static String stage(ModuleLedger ledger, ModuleReference module) {
    ModuleSelection serving = ledger.effective(module.language());
    if (serving.languageModule().equals(Optional.of(module))
        || serving.alignmentModule().equals(Optional.of(module))) {
      return "ACTIVE";
    }
    return ledger.isRetired(module.name()) ? "RETIRED" : "CANDIDATE";
  }

  private static String table(ModuleLedger ledger, Map<String, List<String>> loaded) {
    TextTable table =
        new TextTable(
            "module", "stage", "digest", "MB", "backbone", "layers", "space", "loaded by");
    for (Version version : ledger.versions()) {
      ModuleReference module = version.reference();
      table.row(
          module.name(),
          stage(ledger, module),
          module.digest().abbreviated(),
          String.format(Locale.ROOT, "%.1f", version.bytes() / MEGABYTE),
          version.manifest().common().backbone().abbreviated(),
          Integer.toString(version.manifest().common().layers()),
          ModuleSpace.of(version).value().substring(0, 12),
          String.join(" ", loaded.getOrDefault(module.name(), List.of())));
    }
    return table.aligned();
  }

  private static String json(ModuleLedger ledger, Map<String, List<String>> loaded)
      throws JsonProcessingException {
    JsonMapper mapper = new JsonMapper();
    ArrayNode all = mapper.createArrayNode();
    for (Version version : ledger.versions()) {
      ModuleReference module = version.reference();
      ObjectNode node =
          all.addObject()
              .put("module", module.name())
              .put("stage", stage(ledger, module))
              .put("digest", module.digest().hex())
              .put("bytes", version.bytes())
              .put("backbone", version.manifest().common().backbone().hex())
              .put("layers", version.manifest().common().layers())
              .put("space", ModuleSpace.of(version).value())
              .put("announced", Instant.ofEpochMilli(version.timeMillis()).toString());
      ArrayNode workers = node.putArray("loadedBy");
      loaded.getOrDefault(module.name(), List.of()).forEach(workers::add);
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
  }
}
