package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.encoder.space.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ShippedModulesTest {
  private static final Digest NONE = Digest.of(new byte[0]);

  @TempDir Path folder;

  @Test
  void modulesOfTheModelAndItsLayersAreFoundLanguageModulesFirst() throws IOException {
    write("tiny/alignment/de", 2);
    write("tiny/language/en", 2);
    write("tiny/language/de", 2);
    write("tiny/language/fr", 1);
    write("mbert/language/tr", 2);
    ShippedModules shipped = new ShippedModules(Optional.of(folder));
    assertThat(shipped.of(model("--model", "tiny")))
        .containsExactly(
            folder.resolve("tiny/language/de"),
            folder.resolve("tiny/language/en"),
            folder.resolve("tiny/alignment/de"));
    assertThat(shipped.of(model("--model", "tiny", "--layers", "1")))
        .containsExactly(folder.resolve("tiny/language/fr"));
  }

  @Test
  void aModelThatIsNotOfTheCatalogueHasNone() throws IOException {
    write("own/language/de", 2);
    assertThat(new ShippedModules(Optional.of(folder)).of(model("--model", "own"))).isEmpty();
    assertThat(new ShippedModules(Optional.empty()).of(model("--model", "tiny"))).isEmpty();
  }

  @Test
  void whatComesWithTheProgramFitsTogetherAndStaysBelowSixtyMegabytes() throws IOException {
    Path root = Path.of("../modules");
    long bytes = 0;
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    assertThat(bytes).isPositive().isLessThanOrEqualTo(60_000_000);
    Map<String, Digest> languages = new HashMap<>();
    int alignments = 0;
    for (Path module : new ShippedModules(Optional.of(root)).of(model("--model", "mbert"))) {
      ModuleManifest manifest = ModuleFiles.readManifest(module);
      assertThat(manifest.common().selfTests()).as("%s", module).isNotEmpty();
      assertThat(manifest.common().licence()).as("%s", module).isNotIn("unstated", "");
      switch (manifest) {
        case ModuleManifest.Language language -> {
          assertThat(Files.exists(module.resolve("tokenizer.json")))
              .as("%s", module)
              .isEqualTo(language.pieces().isPresent());
          languages.put(language.language(), ModulePack.digest(module));
        }
        case ModuleManifest.Alignment alignment -> {
          assertThat(alignment.languageModule())
              .as("%s", module)
              .contains(languages.getOrDefault(alignment.language(), NONE));
          assertThat(alignment.pivot())
              .as("%s", module)
              .contains(languages.getOrDefault(ModuleManifest.PIVOT, NONE));
          alignments++;
        }
      }
    }
    assertThat(languages).hasSize(23);
    assertThat(alignments).isEqualTo(14);
  }

  private static ModelOptions model(String... arguments) {
    return CommandLine.populateCommand(new ModelOptions(), arguments);
  }

  private void write(String module, int layers) throws IOException {
    Path checkpoint = folder.resolve("checkpoint");
    if (!Files.exists(checkpoint)) {
      RandomBackbone.write(checkpoint, RandomBackbone.Options.TINY);
    }
    try (Backbone backbone = Backbone.open(checkpoint)) {
      RandomModules.write(
          folder.resolve(module),
          new ModuleManifest.Language(
              module.substring(module.length() - 2),
              new ModuleManifest.Common(
                  backbone.digest(),
                  layers,
                  backbone.config().hiddenSize(),
                  Map.of(),
                  Map.of(),
                  "none",
                  List.of()),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              PostProcessing.CENTRE),
          backbone.config(),
          Optional.empty(),
          0.02,
          1,
          name -> false);
    }
  }
}
