package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.trainer.fit.FitMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitCommandTest {
  @TempDir static Path home;
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    out.reset();
    err.reset();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), System::nanoTime);
    List<String> line = new ArrayList<>(List.of("modules", "fit"));
    line.addAll(List.of(arguments));
    return Trainer.execute(
        terminal,
        Map.of("ISOGLOSS_HOME", home.toString(), "ISOGLOSS_MODEL", "tiny", "ISOGLOSS_THREADS", "1"),
        line.toArray(String[]::new));
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
        .as(err.toString(UTF_8))
        .isZero();
    assertThat(out.toString(UTF_8)).startsWith("language/de ").contains("mean_cosine_after");
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
    assertThat(made).as(err.toString(UTF_8)).isZero();
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
        .as(err.toString(UTF_8))
        .isZero();
    assertThat(
            run("--lang", "de", "--mono", mono, "--method", "center,whiten", "--out", path("all")))
        .as(err.toString(UTF_8))
        .isZero();
    assertThat(ModulePack.digest(folder.resolve("all/whiten")))
        .isEqualTo(ModulePack.digest(folder.resolve("alone")));
    assertThat(ModulePack.digest(folder.resolve("all/center")))
        .isNotEqualTo(ModulePack.digest(folder.resolve("alone")));
    assertThat(run("--lang", "de", "--mono", mono, "--method", "center,cca", "--out", path("o")))
        .isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("one kind at a time");
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
    assertThat(out.toString(UTF_8)).isEmpty();
    assertThat(err.toString(UTF_8).lines())
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
    assertThat(err.toString(UTF_8)).startsWith("ISO-403: ");
    assertThat(folder.resolve("o")).doesNotExist();
  }

  @Test
  void aWrongCallSaysWhatIsMissingAndExitsWithTwo() throws IOException {
    String mono = text("de.txt");
    assertThat(run("--lang", "de", "--method", "whiten", "--out", path("o"))).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .startsWith("ISO-121: --method whiten learns from plain text: give --mono FILE")
        .contains("help: isogloss modules fit --help");
    assertThat(run("--lang", "de", "--mono", mono, "--method", "cca", "--out", path("o")))
        .isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("give --parallel FILE");
    assertThat(run("--lang", "en", "--parallel", mono, "--method", "cca", "--out", path("o")))
        .isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("English is the pivot");
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
    assertThat(err.toString(UTF_8)).startsWith("ISO-113: ");
  }

  @Test
  void helpShowsDefaultsAndMethods() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(UTF_8))
        .contains("Default: 5000")
        .contains(Stream.of(FitMethod.values()).map(FitMethod::label).toList());
  }
}
