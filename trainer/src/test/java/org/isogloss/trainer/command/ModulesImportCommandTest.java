package org.isogloss.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.backbone.SafetensorsWriter;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorSource;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModulesImportCommandTest {
  private static final int RANK = 2;
  private static final String MATRIX =
      "base_model.model.encoder.layer.%d.attention.self.query.lora_";

  @TempDir static Path home;
  @TempDir Path folder;
  private final TrainerProgram program = TrainerProgram.tiny(home);

  @BeforeEach
  void writeText() throws IOException {
    Files.write(
        folder.resolve("de.txt"), List.of("Der Fluss stieg.", "Es regnet.", "Sie kam spät."));
  }

  private int run(String... arguments) {
    List<String> line = new ArrayList<>(List.of("modules", "import", "--lang", "de"));
    line.addAll(List.of("--mono", folder.resolve("de.txt").toString()));
    line.addAll(List.of(arguments));
    return program.run(line);
  }

  /** An adapter of the queries, as PEFT saves it. */
  private String adapter(String name, int layers, long seed) throws IOException {
    int width = RandomBackbone.Options.TINY.hidden();
    Random random = new Random(seed);
    Path directory = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        directory.resolve("adapter_config.json"),
        "{\"peft_type\": \"LORA\", \"r\": %d, \"lora_alpha\": 4, \"bias\": \"none\"}"
            .formatted(RANK));
    List<TensorSource> tensors = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      String matrix = MATRIX.formatted(layer);
      tensors.add(random(matrix + "A.weight", RANK, width, random));
      tensors.add(random(matrix + "B.weight", width, RANK, random));
    }
    SafetensorsWriter.write(directory.resolve("adapter_model.safetensors"), Map.of(), tensors);
    return directory.toString();
  }

  private static TensorSource random(String name, int rows, int columns, Random random) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return TensorSource.of(TensorEntry.of(name, List.of((long) rows, (long) columns), values));
  }

  @Test
  void adaptersOfBothStagesBecomeAModuleWhoseSelfTestsTellThemApart() throws IOException {
    String adaptation = adapter("la", 2, 1);
    String encoding = adapter("se", 2, 2);
    Path both = folder.resolve("both");
    assertThat(
            run(
                "--language-adaptation",
                adaptation,
                "--sentence-encoding",
                encoding,
                "--licence",
                "Apache-2.0",
                "--out",
                both.toString()))
        .as(program.err())
        .isZero();
    assertThat(program.out()).startsWith("language/de ");
    ModuleManifest.Language module = (ModuleManifest.Language) ModuleFiles.readManifest(both);
    assertThat(module.languageAdaptation().orElseThrow().targets())
        .containsExactly(LinearTarget.QUERY);
    assertThat(module.sentenceEncoding().orElseThrow().rank()).isEqualTo(RANK);
    assertThat(module.common().lineage())
        .containsEntry("method", "import peft")
        .containsKeys("language_adaptation", "sentence_encoding", "data_1");
    Path one = folder.resolve("one");
    assertThat(run("--sentence-encoding", encoding, "--out", one.toString()))
        .as(program.err())
        .isZero();
    ModuleManifest.Common alone = ModuleFiles.readManifest(one).common();
    assertThat(alone.selfTests()).hasSize(3);
    assertThat(alone.selfTests()).isNotEqualTo(module.common().selfTests());
  }

  @Test
  void everyValueOfAnAdapterIsInTheModuleAndItsScaleIsAlphaOverTheRank() throws IOException {
    // Gaussians of another seed each, so that two stages, two layers or A and B that change places
    // show; their shapes alone would tell A from B only.
    String adaptation = adapter("la", 2, 1);
    String encoding = adapter("se", 2, 2);
    Path module = folder.resolve("module");
    assertThat(
            run(
                "--language-adaptation",
                adaptation,
                "--sentence-encoding",
                encoding,
                "--out",
                module.toString()))
        .as(program.err())
        .isZero();
    ModuleManifest.Language manifest = (ModuleManifest.Language) ModuleFiles.readManifest(module);
    assertThat(manifest.languageAdaptation().orElseThrow().scale()).isEqualTo(4.0 / RANK);
    assertThat(manifest.sentenceEncoding().orElseThrow().scale()).isEqualTo(4.0 / RANK);
    try (SafetensorsFile made = SafetensorsFile.open(module.resolve("module.safetensors"))) {
      assertThat(made.tensors()).hasSize(8);
      for (Map.Entry<String, String> stage :
          Map.of("language_adaptation", adaptation, "sentence_encoding", encoding).entrySet()) {
        try (SafetensorsFile peft =
            SafetensorsFile.open(Path.of(stage.getValue(), "adapter_model.safetensors"))) {
          for (int layer = 0; layer < 2; layer++) {
            for (String part : List.of("A", "B")) {
              TensorEntry from = peft.tensor(MATRIX.formatted(layer) + part + ".weight");
              TensorEntry to =
                  made.tensor(
                      "%s.%d.query.%s"
                          .formatted(stage.getKey(), layer, part.toLowerCase(Locale.ROOT)));
              assertThat(to.shape()).as(to.name()).isEqualTo(from.shape());
              assertThat(to.toFloats()).as(to.name()).containsExactly(from.toFloats());
            }
          }
        }
      }
    }
  }

  @Test
  void anAdapterOfAnotherBackboneIsRefusedByItsSizeAndNothingIsLeft() throws IOException {
    Path narrow = Path.of(adapter("narrow", 2, 4));
    List<TensorSource> tensors = new ArrayList<>();
    Random random = new Random(5);
    for (int layer = 0; layer < 2; layer++) {
      tensors.add(random(MATRIX.formatted(layer) + "A.weight", RANK, 24, random));
      tensors.add(random(MATRIX.formatted(layer) + "B.weight", 24, RANK, random));
    }
    SafetensorsWriter.write(narrow.resolve("adapter_model.safetensors"), Map.of(), tensors);
    Path directory = folder.resolve("out");
    assertThat(run("--sentence-encoding", narrow.toString(), "--out", directory.toString()))
        .isEqualTo(1);
    assertThat(program.err()).contains("ISO-213").contains("of [2, 24]").contains("[2, 32]");
    assertThat(directory).doesNotExist();
  }

  @Test
  void anAdapterOfAnotherDepthIsRefusedAndNothingIsLeft() throws IOException {
    Path directory = folder.resolve("out");
    assertThat(run("--sentence-encoding", adapter("se", 1, 3), "--out", directory.toString()))
        .isEqualTo(1);
    assertThat(program.err()).contains("ISO-213").contains("carries 1 layers, and 2 run");
    assertThat(directory).doesNotExist();
    assertThat(run("--out", directory.toString())).isEqualTo(2);
    assertThat(program.err()).contains("name an adapter");
  }
}
