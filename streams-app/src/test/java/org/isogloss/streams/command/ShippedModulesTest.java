package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.RandomModules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ShippedModulesTest {
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
