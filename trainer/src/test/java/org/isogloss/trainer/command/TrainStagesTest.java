package org.isogloss.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.DirectoryTree;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.Transliteration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages that train, from the command line, on the tiny backbone. */
class TrainStagesTest {
  private static final List<String> WHO =
      List.of(
          "Der Bäcker\tThe baker",
          "Tom\tTom",
          "Sie\tShe",
          "Der Nachbar\tOur neighbour",
          "Ein Pfleger\tA nurse",
          "Die Richterin\tThe judge",
          "Mein Onkel\tMy uncle");
  private static final List<String> WHAT =
      List.of(
          "verkauft Brot\tsells bread",
          "spielt Schach\tplays chess",
          "wartet\twaits",
          "singt\tsings",
          "friert\tis cold",
          "liest\treads");
  private static final List<String> WHERE =
      List.of(
          "in Lissabon.\tin Lisbon.",
          "am Fluss.\tnear the river.",
          "in der Nacht.\tat night.",
          "am Meer.\tby the sea.",
          "wieder.\tagain.");

  @TempDir static Path home;
  @TempDir Path folder;
  private final TrainerProgram program = TrainerProgram.tiny(home);

  private int run(String... arguments) {
    List<String> line = new ArrayList<>(List.of("train"));
    line.addAll(List.of(arguments));
    return program.run(line);
  }

  private int run(String[] call, String... more) {
    return run(Stream.concat(Stream.of(call), Stream.of(more)).toArray(String[]::new));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** {@code [who what where]} in German and English. */
  private static List<String[]> translations() {
    List<String[]> pairs = new ArrayList<>();
    for (String who : WHO) {
      for (String what : WHAT) {
        for (String where : WHERE) {
          String[] a = who.split("\t");
          String[] b = what.split("\t");
          String[] c = where.split("\t");
          pairs.add(
              new String[] {
                String.join(" ", a[0], b[0], c[0]), String.join(" ", a[1], b[1], c[1])
              });
        }
      }
    }
    return pairs;
  }

  private String file(String name, String header, boolean reversed) throws IOException {
    List<String> lines = new ArrayList<>(List.of(header));
    for (String[] pair : translations()) {
      String second = reversed ? new StringBuilder(pair[0]).reverse().toString() : pair[1];
      lines.add(pair[0] + "\t" + second);
    }
    return Files.write(folder.resolve(name), lines).toString();
  }

  /** The German side of the translations, as plain text. */
  private String germanText() throws IOException {
    return Files.write(
            folder.resolve("de.txt"), translations().stream().map(pair -> pair[0]).toList())
        .toString();
  }

  private double metric(String name) {
    return program
        .out()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anAlignmentLearnsAndServesAndItsRunCanBeGoneOnFrom() throws IOException {
    String pairs = file("de-en.tsv", "de\ten", false);
    String[] arguments = {
      "align",
      "--lang",
      "de",
      "--parallel",
      pairs,
      "--same-from",
      "0.9999",
      "--start",
      "zero",
      "--lr",
      "0.01",
      "--epochs",
      "20",
      "--batch",
      "32",
      "--evaluate-every",
      "20",
      "--patience",
      "100",
      "--bottleneck",
      "8",
      "--fp16",
      "--licence",
      "CC0-1.0",
      "--out",
      path("aligned")
    };
    assertThat(run(arguments)).as(program.err()).isZero();
    assertThat(program.out()).startsWith("alignment/de ");
    assertThat(program.err()).contains("dev_accuracy", "tokens/s");
    assertThat(metric("dev_error_after")).isLessThanOrEqualTo(metric("dev_error_before"));
    double[] losses = losses("aligned");
    assertThat(mean(losses, losses.length - 10)).isLessThan(mean(losses, 0) * 0.9);
    ModuleManifest.Alignment manifest =
        (ModuleManifest.Alignment) ModuleFiles.readManifest(folder.resolve("aligned"));
    assertThat(manifest.adapter().orElseThrow().bottleneck()).isEqualTo(8);
    assertThat(manifest.affine()).isFalse();
    assertThat(manifest.common().selfTests()).hasSize(3);
    assertThat(manifest.common().lineage())
        .containsEntry("strategy", "parallel")
        .containsEntry("held_out", "21")
        .hasEntrySatisfying("data_1", data -> assertThat(data).endsWith("rows:210"));
    assertThat(folder.resolve("aligned.training/curve.svg")).exists();
    arguments[arguments.length - 1] = path("aligned");
    assertThat(run(arguments)).as("a module is never overwritten").isEqualTo(1);
  }

  @Test
  void aSecondAlignmentTowardsTheSameEnglishTakesItsVectorsFromTheCacheAndLearnsTheSame()
      throws IOException {
    String[] arguments = {
      "align",
      "--lang",
      "de",
      "--parallel",
      file("de-en.tsv", "de\ten", false),
      "--steps",
      "3",
      "--vector-cache",
      path("cache"),
      "--eight-bit",
      "--out"
    };
    assertThat(run(arguments, path("first"))).as(program.err()).isZero();
    Set<Object> kept = filesBelow(folder.resolve("cache"));
    assertThat(kept).as("one file of English vectors, one of German ones").hasSize(2);
    assertThat(run(arguments, path("second"))).as(program.err()).isZero();
    assertThat(filesBelow(folder.resolve("cache"))).as("nothing was encoded again").isEqualTo(kept);
    assertThat(ModulePack.digest(folder.resolve("second")))
        .isEqualTo(ModulePack.digest(folder.resolve("first")));
  }

  /** What tells a file from one that was written anew in its place. */
  private static Set<Object> filesBelow(Path directory) throws IOException {
    Set<Object> keys = new HashSet<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        keys.add(List.of(file, Files.getLastModifiedTime(file)));
      }
    }
    return keys;
  }

  /** Of ten from a place on: one batch is harder than another. */
  private static double mean(double[] losses, int from) {
    return Arrays.stream(losses, from, from + 10).average().orElseThrow();
  }

  @Test
  void sentenceEncodingLearnsFromPlainTextWhereEachSentenceIsItsOwnParaphrase() throws IOException {
    String[] encode =
        encodePlainText("--lr", "0.01", "--steps", "80", "--evaluate-every", "20", "--out")
            .toArray(String[]::new);
    assertThat(run(encode, path("simcse"))).as(program.err()).isZero();
    assertThat(metric("dev_error_after")).isLessThanOrEqualTo(metric("dev_error_before"));
    ModuleManifest.Language made =
        (ModuleManifest.Language) ModuleFiles.readManifest(folder.resolve("simcse"));
    assertThat(made.sentenceEncoding()).isPresent();
    assertThat(made.common().lineage())
        .containsEntry("method", "unsupervised_simcse")
        .containsEntry("state_dropout", "0.1")
        .containsKey("sentences")
        .doesNotContainKey("paraphrases");
    double[] losses = losses("simcse");
    assertThat(Arrays.stream(losses, 60, 80).sum()).isLessThan(Arrays.stream(losses, 0, 20).sum());
    // The same noise for the same seed, and more of it makes it harder.
    assertThat(run(encode, path("again"))).as(program.err()).isZero();
    assertThat(losses("again")).containsExactly(losses, within(1e-4));
    assertThat(run(encode, path("noisier"), "--state-dropout", "0.5")).as(program.err()).isZero();
    assertThat(losses("noisier")[0]).isGreaterThan(losses[0]);
    assertThat(
            run(
                "encode",
                "--lang",
                "de",
                "--pairs",
                path("de.tsv"),
                "--state-dropout",
                "0.2",
                "--out",
                path("other")))
        .isEqualTo(2);
    assertThat(program.err()).contains("--state-dropout is for --text");
  }

  @Test
  void anAlignmentBeginsBehindTheClosedFormAndTakesParaphrasesToo() throws IOException {
    String pairs = file("de-en.tsv", "de\ten", false);
    String language = path("encoded");
    assertThat(
            run(
                "encode",
                "--lang",
                "de",
                "--pairs",
                file("de.tsv", "sentence1\tsentence2", true),
                "--lr",
                "0.01",
                "--epochs",
                "3",
                "--batch",
                "16",
                "--evaluate-every",
                "8",
                "--out",
                language))
        .as(program.err())
        .isZero();
    assertThat(metric("dev_error_after")).isLessThan(metric("dev_error_before"));
    ModuleManifest.Language encoded =
        (ModuleManifest.Language) ModuleFiles.readManifest(folder.resolve("encoded"));
    assertThat(encoded.sentenceEncoding().orElseThrow().rank()).isEqualTo(8);
    assertThat(encoded.languageAdaptation()).isEmpty();
    double after = metric("dev_error_after");
    aSentenceEncodingIsLentToAnotherLanguage(language, after);
    assertThat(
            run(
                "align",
                "--lang",
                "de",
                "--parallel",
                pairs,
                "--paraphrase",
                pairs,
                "--language-module",
                language,
                "--start",
                "ridge",
                "--train-affine",
                "--loss",
                "contrastive-cosine",
                "--epochs",
                "2",
                "--evaluate-every",
                "4",
                "--out",
                path("aligned")))
        .as(program.err())
        .isZero();
    ModuleManifest.Alignment manifest =
        (ModuleManifest.Alignment) ModuleFiles.readManifest(folder.resolve("aligned"));
    assertThat(manifest.affine()).isTrue();
    assertThat(manifest.languageModule()).isPresent();
    assertThat(manifest.common().lineage()).containsEntry("strategy", "both");
    assertThat(metric("dev_error_after")).isLessThanOrEqualTo(metric("dev_error_before"));
  }

  /** Whose held-out paraphrases, here the same ones, are then found as well from the first step. */
  private void aSentenceEncodingIsLentToAnotherLanguage(String lender, double error)
      throws IOException {
    String[] borrow = {
      "encode", "--lang", "nl", "--pairs", path("de.tsv"), "--sentence-encoding-of", lender
    };
    assertThat(
            run(
                borrow,
                "--steps",
                "2",
                "--batch",
                "16",
                "--evaluate-every",
                "2",
                "--out",
                path("borrowed")))
        .as(program.err())
        .isZero();
    assertThat(metric("dev_error_before")).isCloseTo(error, within(1e-9));
    assertThat(ModuleFiles.readManifest(folder.resolve("borrowed")).common().lineage())
        .containsEntry("sentence_encoding_language", "de")
        .containsEntry("sentence_encoding_of", ModulePack.digest(Path.of(lender)).hex());
    assertThat(run(borrow, "--rank", "4", "--out", path("other"))).isNotZero();
    assertThat(program.err()).contains("without --rank");
  }

  @Test
  void languageAdaptationPredictsBetterAndItsModuleServes() throws IOException {
    String text = germanText();
    assertThat(
            run(
                "adapt",
                "--lang",
                "de",
                "--text",
                text,
                "--rank",
                "4",
                "--lr",
                "0.01",
                "--epochs",
                "6",
                "--batch",
                "32",
                "--out",
                path("adapted")))
        .as(program.err())
        .isZero();
    assertThat(metric("dev_loss_after")).isLessThan(metric("dev_loss_before") * 0.8);
    ModuleManifest.Language manifest =
        (ModuleManifest.Language) ModuleFiles.readManifest(folder.resolve("adapted"));
    assertThat(manifest.languageAdaptation().orElseThrow().targets()).hasSize(6);
    assertThat(manifest.sentenceEncoding()).isEmpty();
    assertThat(manifest.common().selfTests()).hasSize(3);
  }

  @Test
  @Tag("long")
  void aRunThatIsKilledGoesOnWithTheCurveOfAnUnbrokenOne() throws Exception {
    goesOnAfterAKill(
        List.of(
            "align",
            "--lang",
            "de",
            "--parallel",
            file("de-en.tsv", "de\ten", false),
            "--start",
            "zero",
            "--epochs",
            "60",
            "--batch",
            "16",
            "--bottleneck",
            "8"));
  }

  @Test
  @Tag("long")
  void aRunWithNoiseThatIsKilledGoesOnWithTheCurveOfAnUnbrokenOne() throws Exception {
    goesOnAfterAKill(encodePlainText("--steps", "700"));
  }

  /** Sentence encoding that learns from the German side alone. */
  private List<String> encodePlainText(String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "encode",
                "--lang",
                "de",
                "--text",
                germanText(),
                "--pairs",
                file("de.tsv", "sentence1\tsentence2", true),
                "--dev-pairs",
                "40",
                "--batch",
                "16"));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private void goesOnAfterAKill(List<String> stage) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("train"));
    arguments.addAll(stage);
    arguments.addAll(
        List.of(
            "--evaluate-every", "20", "--checkpoint-every", "5", "--patience", "1000", "--out"));
    assertThat(process(arguments, "unbroken").waitFor()).isZero();
    Process broken = process(arguments, "broken");
    Path state = folder.resolve("broken.training/state.safetensors");
    FileTime first = null;
    // The first checkpoint is of the start; the second is of a step.
    while (broken.isAlive()) {
      if (Files.exists(state)) {
        FileTime now = Files.getLastModifiedTime(state);
        if (first == null) {
          first = now;
        } else if (!now.equals(first)) {
          break;
        }
      }
      Thread.sleep(2);
    }
    broken.destroyForcibly();
    assertThat(broken.waitFor()).as("killed while it ran").isEqualTo(128 + 9);
    assertThat(folder.resolve("broken")).doesNotExist();
    assertThat(process(arguments, "broken").waitFor()).isZero();
    assertThat(Files.readString(folder.resolve("broken.log"))).contains("goes on from step");
    double[] unbroken = losses("unbroken");
    assertThat(unbroken).hasSizeGreaterThan(500);
    assertThat(losses("broken")).containsExactly(unbroken, within(1e-4));
  }

  private Process process(List<String> arguments, String out) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                "org.isogloss.trainer.command.Trainer"));
    command.addAll(arguments);
    command.add(path(out));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "ISOGLOSS_HOME", home.toString(),
                "ISOGLOSS_MODEL", "tiny",
                "ISOGLOSS_THREADS", "1"));
    return builder
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(out + ".log").toFile())
        .start();
  }

  private double[] losses(String run) throws IOException {
    return Files.readAllLines(folder.resolve(run + ".training/curve.tsv")).stream()
        .skip(1)
        .map(line -> line.split("\t", -1)[1])
        .filter(loss -> !loss.isEmpty())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  @Test
  void wrongCallsAreRefusedBeforeAnythingIsLoaded() {
    assertThat(run("align", "--lang", "en", "--parallel", "x", "--out", path("a"))).isEqualTo(2);
    assertThat(run("align", "--lang", "de", "--out", path("a"))).isEqualTo(2);
    assertThat(
            run("align", "--lang", "de", "--parallel", "x", "--loss", "none", "--out", path("a")))
        .isEqualTo(2);
    assertThat(program.err()).contains("is no loss");
  }

  @Test
  void anAlignmentMayBeginAsARelatedLanguagesAndMixItsSources() throws IOException {
    String pairs = file("de-en.tsv", "de\ten", false);
    assertThat(
            run(
                "align",
                "--lang",
                "de",
                "--parallel",
                pairs,
                "--same-from",
                "0.9999",
                "--start",
                "zero",
                "--bottleneck",
                "8",
                "--lr",
                "0.01",
                "--epochs",
                "20",
                "--batch",
                "32",
                "--evaluate-every",
                "20",
                "--out",
                path("related")))
        .as(program.err())
        .isZero();
    double reached = metric("dev_error_after");
    assertThat(reached).isLessThan(metric("dev_error_before"));
    // The same sentences by another name: it begins where the other ended.
    String dutch = file("nl-en.tsv", "nl\ten", false);
    String strings =
        Files.write(
                folder.resolve("strings.tsv"),
                List.of("nl\ten", "Opslaan\tSave", "Afbreken\tCancel", "Help\tHelp"))
            .toString();
    assertThat(
            run(
                "align",
                "--lang",
                "nl",
                "--parallel",
                dutch,
                "--interface",
                strings,
                "--source-weights",
                "root",
                "--loss",
                "contrastive",
                "--hard-negatives",
                "3",
                "--dropout",
                "0.25",
                "--bottleneck",
                "8",
                "--start-adapter",
                path("related"),
                "--steps",
                "2",
                "--out",
                path("begun")))
        .as(program.err())
        .isZero();
    assertThat(metric("dev_error_before")).isEqualTo(reached, within(1e-6));
    assertThat(Files.readString(folder.resolve("begun").resolve("manifest.json")))
        .contains("related:")
        .containsPattern("\"hard_negatives\"\\s*:\\s*\"3\"")
        .containsPattern("\"dropout\"\\s*:\\s*\"0.25\"")
        .containsPattern("\"source_weights\"\\s*:\\s*\"root\"");
    String[] begin = {
      "align",
      "--lang",
      "nl",
      "--parallel",
      dutch,
      "--start-adapter",
      path("related"),
      "--steps",
      "2"
    };
    assertThat(run(begin, "--bottleneck", "4", "--out", path("cut"))).as(program.err()).isZero();
    assertThat(Files.readString(folder.resolve("cut").resolve("manifest.json")))
        .containsPattern("\"bottleneck\"\\s*:\\s*4");
    assertThat(run(begin, "--bottleneck", "16", "--out", path("misfit"))).isEqualTo(1);
    assertThat(program.err()).contains("has no adapter of bottleneck 16 or more");
  }

  @Test
  void aTableOfItsOwnMayLearnAlongAndTheAlignmentIsMadeForWhatItBecame() throws IOException {
    String pairs = file("de-en.tsv", "de\ten", false);
    String text = germanText();
    assertThat(
            run(words("tokenizer --lang de --vocab 120", "--in", text, "--out", path("tokenizer"))))
        .as(program.err())
        .isZero();
    assertThat(
            run(
                words(
                    "start --lang de --start random",
                    "--tokenizer",
                    path("tokenizer"),
                    "--mono",
                    text,
                    "--out",
                    path("start"))))
        .as(program.err())
        .isZero();
    String[] align =
        words(
            "align --lang de --same-from 0.9999 --start zero --bottleneck 8 --lr 0.01 --epochs 10 --batch 32",
            "--parallel",
            pairs,
            "--language-module",
            path("start"),
            "--table-out",
            path("language"),
            "--out",
            path("aligned"));
    assertThat(run(align)).as(program.err()).isZero();
    assertThat(metric("dev_error_after")).isLessThan(metric("dev_error_before"));
    ModuleManifest.Alignment aligned =
        (ModuleManifest.Alignment) ModuleFiles.readManifest(folder.resolve("aligned"));
    assertThat(aligned.languageModule()).contains(ModulePack.digest(folder.resolve("language")));
    ModuleManifest language = ModuleFiles.readManifest(folder.resolve("language"));
    assertThat(language.common().lineage())
        .containsEntry("method", "table_at_alignment")
        .containsEntry("from", ModulePack.digest(folder.resolve("start")).hex());
    assertThat(language.common().selfTests()).hasSize(3);
    assertThat(folder.resolve("language/tokenizer.json"))
        .hasSameBinaryContentAs(folder.resolve("start/tokenizer.json"));
    assertThat(table("language")).hasSameSizeAs(table("start")).isNotEqualTo(table("start"));
    assertThat(run(align)).isEqualTo(1);
    assertThat(program.err()).contains("language exists");
    // As a kill between the two leaves it: both are made anew, from the checkpoint.
    DirectoryTree.deleteIfPresent(folder.resolve("aligned"));
    Files.writeString(
        folder.resolve("aligned.training/table-out"),
        folder.resolve("language").toAbsolutePath().toString());
    assertThat(run(align)).as(program.err()).isZero();
    aligned = (ModuleManifest.Alignment) ModuleFiles.readManifest(folder.resolve("aligned"));
    assertThat(aligned.languageModule()).contains(ModulePack.digest(folder.resolve("language")));
    assertThat(folder.resolve("aligned.training/table-out")).doesNotExist();
    // A language module of somebody else is never removed.
    DirectoryTree.deleteIfPresent(folder.resolve("aligned"));
    assertThat(run(align)).isEqualTo(1);
    assertThat(folder.resolve("language")).exists();
  }

  @Test
  void everyStageKeepsTheTransliterationOfTheModuleItBeginsFrom() throws IOException {
    String pairs = file("de-en.tsv", "de\ten", false);
    String text = germanText();
    String rules =
        Files.writeString(folder.resolve("rules.json"), "{\"anywhere\": {\"ß\": \"ss\"}}")
            .toString();
    made(words("tokenizer --lang de --vocab 120", "--in", text, "--out", path("tokenizer")));
    made(
        words(
            "start --lang de --start random",
            "--tokenizer",
            path("tokenizer"),
            "--mono",
            text,
            "--out",
            path("start")));
    made(
        words(
            "fit --lang de --method center",
            "--language-module",
            path("start"),
            "--transliteration",
            rules,
            "--mono",
            text,
            "--out",
            path("read")));
    made(
        words(
            "adapt --lang de --steps 2",
            "--language-module",
            path("read"),
            "--text",
            text,
            "--out",
            path("adapted")));
    made(
        words(
            "encode --lang de --steps 2",
            "--language-module",
            path("adapted"),
            "--pairs",
            file("de.tsv", "sentence1\tsentence2", true),
            "--out",
            path("encoded")));
    made(
        words(
            "align --lang de --steps 2 --bottleneck 8",
            "--language-module",
            path("encoded"),
            "--parallel",
            pairs,
            "--table-out",
            path("table"),
            "--out",
            path("aligned")));
    Transliteration given =
        Transliteration.of(Map.of(Transliteration.Place.ANYWHERE, Map.of("ß", "ss")));
    for (String module : List.of("read", "adapted", "encoded", "table")) {
      assertThat(
              ((ModuleManifest.Language) ModuleFiles.readManifest(folder.resolve(module)))
                  .transliteration())
          .as(module)
          .contains(given);
    }
  }

  private void made(String[] call) {
    assertThat(run(call)).as(program.err()).isZero();
  }

  @Test
  void aTableThatCannotLearnOrHasNoPlaceIsRefused() throws IOException {
    String pairs = file("de-en.tsv", "de\ten", false);
    String text = germanText();
    assertThat(
            run(words("fit --lang de --method center", "--mono", text, "--out", path("centred"))))
        .as(program.err())
        .isZero();
    assertThat(run(learning(pairs, "t"))).isEqualTo(1);
    assertThat(program.err()).contains("ISO-213", "has no table of its own");
    for (String place : List.of("a", "a/t", "a.training", "a.training/t")) {
      assertThat(run(learning(pairs, place))).isEqualTo(2);
      assertThat(program.err()).contains("lie in each other");
    }
    assertThat(
            run(
                words(
                    "align --lang de",
                    "--parallel",
                    pairs,
                    "--table-out",
                    path("t"),
                    "--out",
                    path("a"))))
        .isEqualTo(2);
    assertThat(program.err()).contains("wants its --language-module");
  }

  /** An alignment of the module {@code centred} whose table shall learn. */
  private String[] learning(String pairs, String table) {
    return words(
        "align --lang de",
        "--parallel",
        pairs,
        "--language-module",
        path("centred"),
        "--table-out",
        path(table),
        "--out",
        path("a"));
  }

  /** A line of words, then pairs of an option and what may hold blanks. */
  private static String[] words(String line, String... more) {
    return Stream.concat(Stream.of(line.split(" ")), Stream.of(more)).toArray(String[]::new);
  }

  /** The values of a module's own table. */
  private float[] table(String module) {
    try (SafetensorsFile file =
        SafetensorsFile.open(folder.resolve(module).resolve("module.safetensors"))) {
      return file.tensor(ModuleTensors.TABLE).toFloats();
    }
  }

  @Test
  void aMonolithicEncoderLearnsInStagesAndIsAModel() throws IOException {
    String pairs = file("paraphrases.tsv", "sentence1\tsentence2", true);
    String across = file("across.tsv", "de\ten", false);
    Path text =
        Files.write(
            folder.resolve("text.txt"),
            translations().stream().flatMap(pair -> Stream.of(pair[0], pair[1])).toList());
    List<String> arguments =
        List.of(
            "full",
            "--languages",
            "de,en",
            "--stages",
            "mono+cross",
            "--text",
            text.toString(),
            "--pairs",
            pairs,
            "--paraphrase",
            across,
            "--mlm-lr",
            "0.003",
            "--contrastive-lr",
            "0.003",
            "--mlm-steps",
            "30",
            "--steps-each",
            "30",
            "--batch",
            "32",
            "--evaluate-every",
            "10",
            "--licence",
            "CC0-1.0",
            "--out",
            path("full"));
    assertThat(run(arguments.toArray(String[]::new))).as(program.err()).isZero();
    for (String stage : List.of("masked", "monolingual", "cross-lingual")) {
      assertThat(metric(stage + "_best_score"))
          .as(stage)
          .isGreaterThan(metric(stage + "_first_score"));
      assertThat(folder.resolve("full.training").resolve(stage).resolve("curve.svg")).exists();
    }
    String record = Files.readString(folder.resolve("full").resolve("training.json"));
    assertThat(record).contains("CC0-1.0", "cross-lingual", "sha256:", "best_step");
    try (Backbone before = Backbone.open(home.resolve("models").resolve("tiny"));
        Backbone after = Backbone.open(folder.resolve("full"))) {
      assertThat(after.config()).isEqualTo(before.config());
      for (String tensor :
          List.of(
              "embeddings.word_embeddings.weight",
              "embeddings.position_embeddings.weight",
              "encoder.layer.0.attention.self.query.weight",
              "encoder.layer.1.attention.self.key.weight",
              "encoder.layer.1.intermediate.dense.bias",
              "encoder.layer.1.output.LayerNorm.weight")) {
        assertThat(after.tensor(tensor).toFloats())
            .as(tensor)
            .isNotEqualTo(before.tensor(tensor).toFloats());
      }
    }
    // The model is one like any other: modules train on it.
    assertThat(
            run(
                "align",
                "--model",
                path("full"),
                "--lang",
                "de",
                "--parallel",
                across,
                "--steps",
                "1",
                "--out",
                path("on-full")))
        .as(program.err())
        .isZero();
    // What is done is not done again: without the last stage's weights only that one runs.
    Files.move(folder.resolve("full"), folder.resolve("first"));
    assertThat(run(arguments.toArray(String[]::new))).as(program.err()).isZero();
    assertThat(program.err()).contains("dev_accuracy").doesNotContain("minus_dev_loss");
    assertThat(Files.readString(folder.resolve("full").resolve("training.json"))).isEqualTo(record);
  }

  @Test
  void aMonolithicEncoderRefusesWhatDoesNotFit() throws IOException {
    String pairs = file("paraphrases.tsv", "sentence1\tsentence2", true);
    String across = file("across.tsv", "de\ten", false);
    assertThat(
            run(
                "full",
                "--languages",
                "en",
                "--pairs",
                pairs,
                "--stages",
                "mono+cross",
                "--out",
                path("x")))
        .isEqualTo(2);
    assertThat(program.err()).contains("--paraphrase FILE is what mono+cross learns from");
    assertThat(run("full", "--languages", "en", "--pairs", pairs, "--fp16", "--out", path("x")))
        .isEqualTo(2);
    assertThat(program.err()).contains("written in single precision");
    assertThat(
            run(
                "full",
                "--languages",
                "en,fr",
                "--pairs",
                pairs,
                "--stages",
                "mono+cross",
                "--paraphrase",
                across,
                "--out",
                path("x")))
        .isEqualTo(2);
    assertThat(program.err()).contains("is of de, none of --languages");
  }

  @Test
  void aPlanTakesItsStepsOnceAndSumsUp() throws IOException {
    file("pairs.tsv", "sentence1\tsentence2", true);
    file("de-en.tsv", "de\ten", false);
    Path plan = folder.resolve("plan.yaml");
    String text =
        """
        out: OUT
        options: {model: tiny, home: HOME, threads: 1}
        steps:
          - name: de-encoded
            stage: encode
            options: {lang: de, pairs: [FOLDER/pairs.tsv], steps: 2, evaluate-every: 2}
          - name: de-language
            stage: fit
            options: {lang: de, method: whiten, mono: FOLDER/de.txt, language-module: "step:de-encoded"}
          - name: de
            stage: align
            seeds: [1, 2]
            options: {lang: de, parallel: FOLDER/de-en.tsv, language-module: "step:de-language", steps: 2, evaluate-every: 2, fp16: true}
        """
            .replace("OUT", path("planned"))
            .replace("HOME", home.toString())
            .replace("FOLDER", folder.toString());
    germanText();
    Files.writeString(plan, text);
    assertThat(run("run", plan.toString(), "--dry-run")).as(program.err()).isZero();
    assertThat(program.out().lines())
        .hasSize(4)
        .allMatch(line -> line.startsWith("isogloss train "))
        .anyMatch(line -> line.contains("--seed 2") && line.endsWith(path("planned/de-s2")));
    assertThat(folder.resolve("planned")).doesNotExist();
    assertThat(run("run", plan.toString())).as(program.err()).isZero();
    assertThat(Files.readAllLines(folder.resolve("planned/summary.tsv")))
        .hasSize(9)
        .anyMatch(line -> line.startsWith("de-s2\tde-s2\tdev_error_after\t"));
    ModuleManifest.Alignment aligned =
        (ModuleManifest.Alignment) ModuleFiles.readManifest(folder.resolve("planned/de-s2"));
    assertThat(aligned.languageModule()).isPresent();
    assertThat(aligned.common().lineage()).containsEntry("seed", "2");
    // A step that is gone is made again, the others are not.
    Files.move(folder.resolve("planned/de-s1"), folder.resolve("gone"));
    assertThat(run("run", plan.toString())).as(program.err()).isZero();
    assertThat(program.err())
        .contains("de-language is made", "de-s1: train align", "de-s2 is made");
    Files.writeString(plan, text.replace("steps: 2, evaluate-every: 2, fp16", "steps: 3, fp16"));
    assertThat(run("run", plan.toString())).isEqualTo(1);
    assertThat(program.err()).contains("de-s1 was made from other data or by other options");
  }

  @Test
  void aJobThatWouldWriteBesideItsFolderIsRefusedWhenItIsSubmitted() {
    assertThat(
            run(
                words(
                    "submit --data d align --lang de --parallel p --language-module m --table-out t")))
        .isEqualTo(1);
    assertThat(program.err()).contains("makes one folder");
    assertThat(run(words("submit --data d fit --lang de --mono m --method center,whiten")))
        .isEqualTo(1);
    assertThat(program.err()).contains("makes one folder");
  }

  @Test
  void thePlansOfTheDocumentationFit() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("../docs/reproduce"))) {
      List<Path> plans = files.filter(file -> file.toString().endsWith(".yaml")).toList();
      assertThat(plans).isNotEmpty();
      for (Path plan : plans) {
        assertThat(run("run", plan.toString(), "--dry-run")).as(program.err()).isZero();
      }
    }
  }

  @Test
  void aPlanThatDoesNotFitIsRefusedBeforeItBegins() throws IOException {
    Path plan = folder.resolve("plan.yaml");
    for (String[] bad :
        new String[][] {
          {"stage: serve", "serve is no step"},
          {"stage: align\n    options: {lang: de, no-such: 1}", "Unknown option"},
          {
            "stage: align\n    options: {lang: de, start-adapter: \"step:b\"}",
            "names no earlier step"
          },
          {"stage: align\n    sed: [1]", "unknown key: sed"},
          {
            "stage: align\n    options: {lang: de, parallel: p, language-module: m, table-out: t}",
            "makes one folder"
          },
          {
            "stage: fit\n    options: {lang: de, mono: m, method: [center, whiten]}",
            "makes one folder"
          },
          {"stage: align\n    options: {lang: de}", "give --parallel FILE"}
        }) {
      Files.writeString(
          plan, "out: %s\nsteps:\n  - name: a\n    %s\n".formatted(path("never"), bad[0]));
      assertThat(run("run", plan.toString())).as(bad[0]).isEqualTo(1);
      assertThat(program.err()).contains(bad[1]);
    }
    assertThat(folder.resolve("never")).doesNotExist();
  }
}
