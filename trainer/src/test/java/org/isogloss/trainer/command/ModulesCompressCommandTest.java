package org.isogloss.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.SelfTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModulesCompressCommandTest {
  @TempDir static Path home;
  @TempDir Path folder;
  private final TrainerProgram program = TrainerProgram.tiny(home);

  @BeforeEach
  void writeText() throws IOException {
    List<String> german = new ArrayList<>();
    List<String> pairs = new ArrayList<>(List.of("de\ten"));
    for (int i = 1; i <= 300; i++) {
      german.add("Haus Nummer " + i + " steht leer.");
      pairs.add("Haus Nummer " + i + " steht leer.\tHouse number " + i + " is empty.");
    }
    Files.write(folder.resolve("de.txt"), german);
    Files.write(folder.resolve("de-en.tsv"), pairs);
  }

  private int run(String... arguments) {
    return program.run(List.of(arguments));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private void makes(String... arguments) {
    assertThat(run(arguments)).as(program.err()).isZero();
  }

  private void makeLanguageModule() {
    makes(
        "modules",
        "fit",
        "--lang",
        "de",
        "--method",
        "center",
        "--mono",
        path("de.txt"),
        "--out",
        path("de"));
  }

  @Test
  void anAlignmentInEightBitsIsAboutAQuarterServesAndSaysWhereItComesFrom() throws IOException {
    makeLanguageModule();
    makes(
        "train",
        "align",
        "--lang",
        "de",
        "--parallel",
        path("de-en.tsv"),
        "--language-module",
        path("de"),
        "--steps",
        "2",
        "--out",
        path("aligned"));
    makes(
        "modules",
        "compress",
        path("aligned"),
        "--language-module",
        path("de"),
        "--eight-bit",
        "--out",
        path("small"));

    ModuleManifest.Alignment before =
        (ModuleManifest.Alignment) ModuleFiles.readManifest(folder.resolve("aligned"));
    ModuleManifest.Alignment after =
        (ModuleManifest.Alignment) ModuleFiles.readManifest(folder.resolve("small"));
    assertThat(after.common().lineage())
        .containsEntry("compressed_from", ModulePack.digest(folder.resolve("aligned")).hex())
        .containsAllEntriesOf(before.common().lineage())
        .containsEntry("code", "unpackaged");
    assertThat(after.languageModule()).isEqualTo(before.languageModule());
    assertThat(after.adapter()).isEqualTo(before.adapter());
    assertThat(bytes("small")).isLessThan(bytes("aligned") / 3);
    List<SelfTest> tests = after.common().selfTests();
    assertThat(tests).hasSameSizeAs(before.common().selfTests()).isNotEmpty();
    for (int i = 0; i < tests.size(); i++) {
      assertThat(tests.get(i).text()).isEqualTo(before.common().selfTests().get(i).text());
      assertThat(cosine(tests.get(i), before.common().selfTests().get(i))).isGreaterThan(0.999);
    }
  }

  @Test
  void aLanguageModuleKeepsItsSpellingAndItsPostProcessing() throws IOException {
    Path rules = Files.writeString(folder.resolve("rules.json"), "{\"anywhere\": {\"ß\": \"ss\"}}");
    makes(
        "modules",
        "fit",
        "--lang",
        "de",
        "--method",
        "whiten",
        "--mono",
        path("de.txt"),
        "--transliteration",
        rules.toString(),
        "--out",
        path("de"));
    makes("modules", "compress", path("de"), "--fp16", "--out", path("small"));

    ModuleManifest.Language before =
        (ModuleManifest.Language) ModuleFiles.readManifest(folder.resolve("de"));
    ModuleManifest.Language after =
        (ModuleManifest.Language) ModuleFiles.readManifest(folder.resolve("small"));
    assertThat(after.transliteration()).isPresent().isEqualTo(before.transliteration());
    assertThat(after.postProcessing()).isEqualTo(before.postProcessing());
    assertThat(after.common().licence()).isEqualTo(before.common().licence());
    assertThat(bytes("small")).isLessThan(bytes("de"));
  }

  @Test
  void anAlignmentWithoutTheModuleItIsMadeForIsRefusedAndLeavesNothing() {
    makeLanguageModule();
    makes(
        "modules",
        "fit",
        "--lang",
        "de",
        "--method",
        "anchored",
        "--parallel",
        path("de-en.tsv"),
        "--language-module",
        path("de"),
        "--out",
        path("aligned"));
    assertThat(run("modules", "compress", path("aligned"), "--eight-bit", "--out", path("small")))
        .isEqualTo(1);
    assertThat(program.err()).contains("it was made for the language module");
    assertThat(folder.resolve("small")).doesNotExist();
  }

  @Test
  void aStorageHasToBeNamedAndALanguageModuleStandsByItself() {
    makeLanguageModule();
    assertThat(run("modules", "compress", path("de"), "--out", path("small"))).isEqualTo(2);
    assertThat(program.err()).contains("--fp16 or --eight-bit");
    assertThat(
            run(
                "modules",
                "compress",
                path("de"),
                "--fp16",
                "--pivot-module",
                path("de"),
                "--out",
                path("small")))
        .isEqualTo(2);
    assertThat(program.err()).contains("stands by itself");
    assertThat(folder.resolve("small")).doesNotExist();
  }

  private long bytes(String module) throws IOException {
    return Files.size(folder.resolve(module).resolve("module.safetensors"));
  }

  /** Of two vectors of unit length. */
  private static double cosine(SelfTest one, SelfTest other) {
    double sum = 0;
    for (int i = 0; i < one.vector().size(); i++) {
      sum += (double) one.vector().get(i) * other.vector().get(i);
    }
    return sum;
  }
}
