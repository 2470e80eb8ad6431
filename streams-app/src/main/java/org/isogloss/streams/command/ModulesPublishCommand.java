package org.isogloss.streams.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.registry.CachedModules;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.registry.ModuleLedger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a module. */
@Command(
    name = "publish",
    description = {
      "Check a module as a worker would, store it by content, announce it under the next number.",
      "Prints its name and digest. What was published before keeps its name."
    })
final class ModulesPublishCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin ModuleOptions moduleOptions = new ModuleOptions();
  @Mixin ActorOption actor = new ActorOption();

  @Parameters(paramLabel = "DIR", description = "A module's directory.")
  private @Nullable Path directory;

  @Option(
      names = "--shipped",
      description = "All modules that come with the program, instead of a directory.")
  private boolean shipped;

  @Option(names = "--activate", description = "Make it serve at once.")
  private boolean activate;

  @Option(
      names = "--without-alignment",
      description = "With --activate of an English module: other languages may lose theirs.")
  private boolean withoutAlignment;

  ModulesPublishCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws IOException {
    Path module = directory;
    if (shipped && module == null) {
      return publishShipped();
    }
    if (shipped || module == null) {
      throw wronglyCalled("name the module's directory, or say --shipped");
    }
    try (ModuleAdministration modules =
        actor.administration(cluster.requireRunning(common.home()))) {
      ModuleManifest manifest = ModuleFiles.readManifest(module);
      check(module, manifest, modules.ledger());
      ModuleReference published = modules.publish(module, moduleOptions.store(common.home()));
      terminal().out().println(published.name() + "  " + published.digest());
      if (activate) {
        List<String> names = new ArrayList<>(List.of(published.name()));
        if (manifest instanceof ModuleManifest.Language) {
          terminal().note("alignment modules of %s stay inactive", manifest.language());
        }
        ModulesActivateCommand.print(
            terminal(), modules.activate(names, withoutAlignment, actor.reason()));
      }
    }
    return DONE;
  }

  /** All of them together, as they were made for each other. */
  private int publishShipped() {
    List<Path> directories = ShippedModules.ofLauncher().of(model);
    if (directories.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.MODULE_MISSING, "no modules for this model come with the program");
    }
    CachedModules source = moduleOptions.source(common.home());
    PinnedModules pinned =
        PinnedModules.resolve(
            List.of(PinnedModules.SHIPPED), () -> directories, Optional.empty(), source);
    try (OpenedModel opened = new OpenedModel.Loader(model, common.home(), terminal()).open()) {
      opened.serveOrThrow(pinned.selections(), pinned);
    }
    try (ModuleAdministration modules =
        actor.administration(cluster.requireRunning(common.home()))) {
      List<String> names = new ArrayList<>();
      for (Path each : directories) {
        ModuleReference published = modules.publish(each, moduleOptions.store(common.home()));
        terminal().out().println(published.name() + "  " + published.digest());
        names.add(published.name());
      }
      if (activate) {
        ModulesActivateCommand.print(
            terminal(), modules.activate(names, withoutAlignment, actor.reason()));
      }
    }
    return DONE;
  }

  /** As a worker would: the encoder itself loads it, beside the modules it was made for. */
  private void check(Path module, ModuleManifest manifest, ModuleLedger ledger) throws IOException {
    Digest digest = ModulePack.digest(module);
    ModuleReference candidate =
        new ModuleReference(manifest.kind(), manifest.language(), 1, digest);
    List<ModuleSelection> selections =
        switch (manifest) {
          case ModuleManifest.Language language ->
              List.of(
                  new ModuleSelection(
                      manifest.language(), Optional.of(candidate), Optional.empty()));
          case ModuleManifest.Alignment alignment -> {
            List<ModuleSelection> needed = new ArrayList<>();
            needed.add(
                new ModuleSelection(
                    manifest.language(),
                    alignment.languageModule().map(d -> published(ledger, d, "language module")),
                    Optional.of(candidate)));
            alignment
                .pivot()
                .ifPresent(
                    d ->
                        needed.add(
                            new ModuleSelection(
                                ModuleManifest.PIVOT,
                                Optional.of(published(ledger, d, "pivot")),
                                Optional.empty())));
            yield needed;
          }
        };
    PinnedModules source =
        PinnedModules.over(moduleOptions.source(common.home())).with(candidate, module);
    try (OpenedModel opened = new OpenedModel.Loader(model, common.home(), terminal()).open()) {
      switch (opened.serve(selections, source)) {
        case ModularEncoder.Exchanged exchanged -> {}
        case ModularEncoder.Refused refused ->
            throw new IsoglossException(
                refused.code(),
                refused.module().equals(candidate)
                    ? module + ": " + refused.reason()
                    : refused.module().name() + ": " + refused.reason());
      }
    }
  }

  private static ModuleReference published(ModuleLedger ledger, Digest digest, String what) {
    return ledger.versions().stream()
        .map(ModuleLedger.Version::reference)
        .filter(reference -> reference.digest().equals(digest))
        .findFirst()
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.MODULE_MISFIT,
                    "the %s %s that it was made for is not published"
                        .formatted(what, digest.abbreviated())));
  }
}
