package org.isogloss.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.Transliteration;
import org.isogloss.trainer.fit.FitMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitCommandTest {
  @TempDir static Path home;
  @TempDir Path folder;
  private final TrainerProgram program = TrainerProgram.tiny(home);

  private int run(String... arguments) {
    List<String> line = new ArrayList<>(List.of("modules", "fit"));
    line.addAll(List.of(arguments));
    return program.run(line);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private String text(String name) throws IOException {
    Stream<String> lines =
        IntStream.range(0, 60).mapToObj(i -> "In year %d the river rose.".formatted(1800 + 7 * i));
    return Files.write(folder.resolve(name), lines.toList()).toString();
  }

  private String pairs(String name) throws IOException {
    Stream<String> lines =
        IntStream.range(0, 60)
            .mapToObj(
                i -> "Im Jahr %d stieg der Fluss.\tIn year %1$d the river rose.".formatted(i));
    return Files.write(folder.resolve(name), Stream.concat(Stream.of("de\ten"), lines).toList())
        .toString();
  }

  @Test
  void modulesAreMadeFromTextAndTranslationsAndFitTogether() throws IOException {
    String mono = text("de.txt");
    assertThat(run("--lang", "de", "--mono", mono, "--method", "center", "--out", path("de")))
        .as(program.err())
        .isZero();
    assertThat(program.out()).startsWith("language/de ").contains("mean_cosine_after");
    int made =
        run(
            "--lang",
            "de",
            "--parallel",
            pairs("de-en.tsv"),
            "--method",
            "RIDGE",
            "--language-module",
            path("de"),
            "--out",
            path("aligned"),
            "--licence",
            "CC0-1.0",
            "--data-licence",
            "CC BY 2.0 FR");
    assertThat(made).as(program.err()).isZero();
    ModuleManifest manifest = ModuleFiles.readManifest(folder.resolve("aligned"));
    assertThat(manifest.common().licence()).isEqualTo("CC0-1.0");
    assertThat(manifest.common().lineage())
        .containsEntry("data_licence", "CC BY 2.0 FR")
        .hasEntrySatisfying(
            "data_1", data -> assertThat(data).contains("/de-en.tsv sha256:").endsWith("rows:60"));
    assertThat(((ModuleManifest.Alignment) manifest).languageModule()).isPresent();
  }

  @Test
  void severalMethodsAtOnceMakeWhatEachMakesAlone() throws IOException {
    String mono = text("de.txt");
    assertThat(run("--lang", "de", "--mono", mono, "--method", "whiten", "--out", path("alone")))
        .as(program.err())
        .isZero();
    assertThat(
            run("--lang", "de", "--mono", mono, "--method", "center,whiten", "--out", path("all")))
        .as(program.err())
        .isZero();
    assertThat(ModulePack.digest(folder.resolve("all/whiten")))
        .isEqualTo(ModulePack.digest(folder.resolve("alone")));
    assertThat(ModulePack.digest(folder.resolve("all/center")))
        .isNotEqualTo(ModulePack.digest(folder.resolve("alone")));
    assertThat(run("--lang", "de", "--mono", mono, "--method", "center,cca", "--out", path("o")))
        .isEqualTo(2);
    assertThat(program.err()).contains("one kind at a time");
  }

  @Test
  void textThatIsTransliteratedIsFittedAsWhatItIsReadAs() throws IOException {
    String latin = text("latin.txt");
    Path cyrillic =
        Files.writeString(
            folder.resolve("cyrillic.txt"), Files.readString(Path.of(latin)).replace('e', 'е'));
    Path rules = Files.writeString(folder.resolve("rules.json"), "{\"anywhere\": {\"е\": \"e\"}}");
    String[] fit = {"--lang", "uz", "--method", "whiten", "--mono"};
    assertThat(run(with(fit, latin, "--out", path("as-it-is")))).as(program.err()).isZero();
    assertThat(
            run(
                with(
                    fit,
                    cyrillic.toString(),
                    "--transliteration",
                    rules.toString(),
                    "--out",
                    path("read"))))
        .as(program.err())
        .isZero();
    assertThat(whitening("read")).isEqualTo(whitening("as-it-is"));
    Transliteration given =
        Transliteration.of(Map.of(Transliteration.Place.ANYWHERE, Map.of("е", "e")));
    assertThat(transliteration("read")).contains(given);
    assertThat(transliteration("as-it-is")).isEmpty();
    // What is fitted anew goes on reading so.
    assertThat(
            run(
                with(
                    fit,
                    cyrillic.toString(),
                    "--language-module",
                    path("read"),
                    "--out",
                    path("again"))))
        .as(program.err())
        .isZero();
    assertThat(transliteration("again")).contains(given);
    assertThat(whitening("again")).isEqualTo(whitening("read"));

    Files.writeString(rules, "{\"everywhere\": {}}");
    assertThat(
            run(with(fit, latin, "--transliteration", rules.toString(), "--out", path("refused"))))
        .isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-120: " + rules).contains("everywhere");
    assertThat(
            run(
                with(
                    new String[] {"--lang", "de", "--method", "ridge", "--parallel"},
                    pairs("de-en.tsv"),
                    "--transliteration",
                    rules.toString(),
                    "--out",
                    path("refused"))))
        .isEqualTo(2);
    assertThat(program.err()).contains("without --transliteration");
  }

  private static String[] with(String[] first, String... more) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
  }

  private float[] whitening(String module) {
    try (SafetensorsFile file =
        SafetensorsFile.open(folder.resolve(module).resolve("module.safetensors"))) {
      return file.tensor("post_processing.whitening.upper").toFloats();
    }
  }

  private Optional<Transliteration> transliteration(String module) {
    return ((ModuleManifest.Language) ModuleFiles.readManifest(folder.resolve(module)))
        .transliteration();
  }

  @Test
  void anErrorIsTwoLinesWithCodeAndRemedy() {
    assertThat(
            run(
                "--lang",
                "de",
                "--mono",
                path("none.txt"),
                "--method",
                "center",
                "--out",
                path("o")))
        .isEqualTo(1);
    assertThat(program.out()).isEmpty();
    assertThat(program.err().lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("ISO-120: ").contains("none.txt"),
            second -> assertThat(second).startsWith("remedy: "));
  }

  @Test
  void evaluationDataIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("eval"));
    String mono = text("eval/de.txt");
    assertThat(run("--lang", "de", "--mono", mono, "--method", "center", "--out", path("o")))
        .isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-403: ");
    assertThat(folder.resolve("o")).doesNotExist();
  }

  @Test
  void aWrongCallSaysWhatIsMissingAndExitsWithTwo() throws IOException {
    String mono = text("de.txt");
    assertThat(run("--lang", "de", "--method", "whiten", "--out", path("o"))).isEqualTo(2);
    assertThat(program.err())
        .startsWith("ISO-121: --method whiten learns from plain text: give --mono FILE")
        .contains("help: isogloss modules fit --help");
    assertThat(run("--lang", "de", "--mono", mono, "--method", "cca", "--out", path("o")))
        .isEqualTo(2);
    assertThat(program.err()).contains("give --parallel FILE");
    assertThat(run("--lang", "en", "--parallel", mono, "--method", "cca", "--out", path("o")))
        .isEqualTo(2);
    assertThat(program.err()).contains("English is the pivot");
    assertThat(run("--lang", "de", "--method", "best", "--out", path("o"))).isEqualTo(2);
    assertThat(
            run(
                "--lang",
                "de",
                "--mono",
                mono,
                "--method",
                "center",
                "--strength",
                "1",
                "--out",
                "o"))
        .isEqualTo(2);
    assertThat(run("--lang", "Deutsch", "--mono", mono, "--method", "center", "--out", path("o")))
        .isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-113: ");
  }

  @Test
  void helpShowsDefaultsAndMethods() {
    assertThat(run("--help")).isZero();
    assertThat(program.out())
        .contains("Default: 5000")
        .contains(Stream.of(FitMethod.values()).map(FitMethod::label).toList());
  }
}
