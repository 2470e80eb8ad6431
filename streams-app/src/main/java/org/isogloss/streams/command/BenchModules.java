package org.isogloss.streams.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.module.AdapterShape;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Random modules for languages that do not exist, in a folder. For one thread. */
final class BenchModules {
  private static final int RANK = 8;
  private static final int BOTTLENECK = 256;
  private static final double SPREAD = 0.02;

  /** One more code that no language has, and no modules either. */
  static final String WITHOUT_MODULES = "qtz";

  private final Path folder;
  private final Backbone backbone;
  private final int layers;
  private final Map<Digest, Path> written = new HashMap<>();

  BenchModules(Path folder, Backbone backbone, int layers) {
    this.folder = folder;
    this.backbone = backbone;
    this.layers = layers;
  }

  /** A code that no language has: {@code qaa} and following are free for private use. */
  static String language(int index) {
    return "qa" + (char) ('a' + index);
  }

  /**
   * Makes modules for the first so many languages, and lets them serve.
   *
   * @param targets matrices that carry LoRA
   */
  void serve(ModularEncoder encoder, int languages, Set<LinearTarget> targets) throws IOException {
    List<ModuleSelection> selections = new ArrayList<>();
    for (int i = 0; i < languages; i++) {
      ModuleReference language =
          write(
              new ModuleManifest.Language(
                  language(i),
                  common(encoder.description().pooling()),
                  Optional.empty(),
                  Optional.of(new LoraShape(RANK, RANK, targets)),
                  Optional.of(new LoraShape(RANK, RANK, targets)),
                  PostProcessing.CENTRE));
      ModuleReference alignment =
          write(
              new ModuleManifest.Alignment(
                  language(i),
                  common(encoder.description().pooling()),
                  Optional.of(language.digest()),
                  Optional.empty(),
                  Optional.of(new AdapterShape(BOTTLENECK, 1)),
                  false));
      selections.add(
          new ModuleSelection(language(i), Optional.of(language), Optional.of(alignment)));
    }
    encoder.serveOrThrow(selections, this::lease);
  }

  private ModuleManifest.Common common(Pooling pooling) {
    return new ModuleManifest.Common(
        backbone.digest(),
        layers,
        backbone.config().hiddenSize(),
        pooling,
        Map.of(),
        Map.of(),
        "none",
        List.of());
  }

  private ModuleReference write(ModuleManifest manifest) throws IOException {
    int number = written.size() + 1;
    Path directory = folder.resolve("module-" + number);
    RandomModules.write(
        directory, manifest, backbone.config(), Optional.empty(), SPREAD, number, name -> false);
    Digest digest = ModulePack.digest(directory);
    written.put(digest, directory);
    return new ModuleReference(manifest.kind(), manifest.language(), number, digest);
  }

  private ModuleSource.Lease lease(ModuleReference module) {
    Path directory = written.get(module.digest());
    if (directory == null) {
      throw new IsoglossException(ErrorCode.MODULE_MISSING, "no " + module.name());
    }
    return new ModuleSource.Lease() {
      @Override
      public Path directory() {
        return directory;
      }

      @Override
      public void close() {}
    };
  }
}
