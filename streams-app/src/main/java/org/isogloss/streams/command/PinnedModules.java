package org.isogloss.streams.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.registry.ModuleLedger;

/**
 * Modules named on a command line: published ones by name, others by their directory. A module
 * brings along what it was made for: an alignment its language module and the pivot's. Not
 * thread-safe while it is made; a source that is safe for several threads afterwards.
 */
final class PinnedModules implements ModuleSource {
  /** What the running pipeline has active. */
  static final String ACTIVE = "active";

  /** Those that come with the program. */
  static final String SHIPPED = "shipped";

  /** The bare backbone. */
  static final String NONE = "none";

  private static final int UNPUBLISHED = 1;

  private final ModuleSource published;
  private final Map<Digest, Path> directories = new HashMap<>();
  private final Map<String, ModuleSelection> selections = new LinkedHashMap<>();

  private PinnedModules(ModuleSource published) {
    this.published = published;
  }

  /**
   * What `--modules` says: {@link #NONE}, {@link #ACTIVE}, or names and directories, among which
   * {@link #SHIPPED} stands for all that come with the program.
   *
   * @param shipped their directories, asked for only if they are wanted
   * @param running the pipeline that names are looked up in; without one nothing is published or
   *     active
   * @throws IsoglossException BAD_OPTION for {@link #ACTIVE} without a pipeline; MODULE_MISSING;
   *     MODULE_MISFIT
   */
  static PinnedModules resolve(
      List<String> modules,
      Supplier<List<Path>> shipped,
      Optional<KafkaSettings> running,
      ModuleSource published) {
    PinnedModules pinned = over(published);
    if (modules.equals(List.of(NONE))) {
      return pinned;
    }
    if (modules.contains(ACTIVE) && running.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "--modules active: no pipeline runs here that could have any active");
    }
    ModuleLedger ledger = running.map(PinnedModules::ledger).orElseGet(ModuleLedger::new);
    if (modules.equals(List.of(ACTIVE))) {
      return pinned.pinActive(ledger);
    }
    List<String> named =
        modules.stream()
            .flatMap(
                name ->
                    name.equals(SHIPPED)
                        ? shipped.get().stream().map(Path::toString)
                        : Stream.of(name))
            .toList();
    return pinned.pin(named, ledger);
  }

  private static ModuleLedger ledger(KafkaSettings kafka) {
    try (ModuleAdministration administration =
        new ModuleAdministration(kafka, "", InstantSource.system())) {
      return administration.ledger();
    }
  }

  static PinnedModules over(ModuleSource published) {
    return new PinnedModules(published);
  }

  /** Adds a module that is not published. */
  PinnedModules with(ModuleReference module, Path directory) {
    directories.put(module.digest(), directory);
    return this;
  }

  /**
   * Resolves names and directories.
   *
   * @param names such as {@code language/de@3}, or directories of modules
   * @throws IsoglossException MODULE_MISSING; MODULE_MISFIT where two of them do not go together
   */
  PinnedModules pin(List<String> names, ModuleLedger ledger) {
    Map<ModuleReference, ModuleManifest> named = new LinkedHashMap<>();
    for (String name : names) {
      Optional<ModuleLedger.Version> version = ledger.version(name);
      if (version.isPresent()) {
        named.put(version.get().reference(), version.get().manifest());
      } else if (Files.isDirectory(Path.of(name))) {
        Path directory = Path.of(name);
        ModuleManifest manifest = ModuleFiles.readManifest(directory);
        ModuleReference reference =
            new ModuleReference(
                manifest.kind(), manifest.language(), UNPUBLISHED, digest(directory));
        with(reference, directory);
        named.put(reference, manifest);
      } else {
        throw new IsoglossException(
            ErrorCode.MODULE_MISSING, name + " is neither a published module nor a directory");
      }
    }
    Map<Digest, ModuleReference> known = new HashMap<>();
    ledger.versions().forEach(v -> known.put(v.reference().digest(), v.reference()));
    named.keySet().forEach(r -> known.put(r.digest(), r));
    named.forEach((reference, manifest) -> add(reference));
    named.forEach(
        (reference, manifest) -> {
          if (manifest instanceof ModuleManifest.Alignment alignment) {
            alignment.languageModule().ifPresent(d -> addNeeded(reference, d, known));
            alignment.pivot().ifPresent(d -> addNeeded(reference, d, known));
          }
        });
    return this;
  }

  /** Those that serve now. */
  PinnedModules pinActive(ModuleLedger ledger) {
    ledger.effective().forEach(selection -> selections.put(selection.language(), selection));
    return this;
  }

  List<ModuleSelection> selections() {
    return new ArrayList<>(selections.values());
  }

  @Override
  public Lease open(ModuleReference module) {
    Path directory = directories.get(module.digest());
    if (directory == null) {
      return published.open(module);
    }
    return new Lease() {
      @Override
      public Path directory() {
        return directory;
      }

      @Override
      public void close() {}
    };
  }

  private void addNeeded(ModuleReference by, Digest digest, Map<Digest, ModuleReference> known) {
    ModuleReference needed = known.get(digest);
    if (needed == null) {
      throw new IsoglossException(
          ErrorCode.MODULE_MISSING,
          "%s was made for %s, which is neither published nor named"
              .formatted(by.name(), digest.abbreviated()));
    }
    add(needed);
  }

  private void add(ModuleReference module) {
    ModuleSelection so =
        selections.getOrDefault(module.language(), ModuleSelection.none(module.language()));
    Optional<ModuleReference> known =
        switch (module.kind()) {
          case LANGUAGE -> so.languageModule();
          case ALIGNMENT -> so.alignmentModule();
        };
    if (known.isPresent() && !known.get().equals(module)) {
      throw new IsoglossException(
          ErrorCode.MODULE_MISFIT,
          "%s and %s cannot serve together".formatted(known.get().name(), module.name()));
    }
    selections.put(
        module.language(),
        switch (module.kind()) {
          case LANGUAGE ->
              new ModuleSelection(module.language(), Optional.of(module), so.alignmentModule());
          case ALIGNMENT ->
              new ModuleSelection(module.language(), so.languageModule(), Optional.of(module));
        });
  }

  private static Digest digest(Path directory) {
    try {
      return ModulePack.digest(directory);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_MODULE, directory + " cannot be read: " + e.getMessage(), e);
    }
  }
}
