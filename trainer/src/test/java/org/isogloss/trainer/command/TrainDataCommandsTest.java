package org.isogloss.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isogloss.encoder.backbone.DirectoryTree;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.trainer.data.EvaluationGuard;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.data.TrainingReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainDataCommandsTest {
  @TempDir static Path home;
  @TempDir Path folder;
  private final TrainerProgram program = TrainerProgram.tiny(home);

  private int run(String[] call, String... more) {
    return run(Stream.concat(Stream.of(call), Stream.of(more)).toArray(String[]::new));
  }

  private int run(String... arguments) {
    return program.run(List.of(arguments));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private String file(String name, Stream<String> lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, lines.toList()).toString();
  }

  private String translations(String name) throws IOException {
    return file(
        name,
        Stream.concat(
            Stream.of("am\ten"),
            IntStream.range(0, 80)
                .mapToObj(i -> "ሰላም ለዓለም " + i % 9 + "\tpeace to the world " + i % 9)));
  }

  @Test
  void aStartModuleIsMadeOfATokenizerAndItsDataAndServes() throws IOException {
    String mono = file("am.txt", IntStream.range(0, 80).mapToObj(i -> "ሰላም ለዓለም " + i + " ለኢትዮጵያ"));
    String pairs = translations("am-en.tsv");
    assertThat(
            run(
                "train",
                "tokenizer",
                "--lang",
                "am",
                "--in",
                mono,
                "--vocab",
                "90",
                "--out",
                path("tokenizer")))
        .as(program.err())
        .isZero();
    for (String type : List.of("f16", "f32")) {
      int made =
          run(
              "train",
              "start",
              "--lang",
              "am",
              "--tokenizer",
              path("tokenizer"),
              "--start",
              "lexical",
              "--mono",
              mono,
              "--parallel",
              pairs,
              "--type",
              type,
              "--out",
              path(type));
      assertThat(made).as(program.err()).isZero();
    }
    assertThat(program.out()).startsWith("language/am ").contains("unknown_words_after 0.0");
    ModuleManifest manifest = ModuleFiles.readManifest(folder.resolve("f16"));
    assertThat(((ModuleManifest.Language) manifest).pieces()).isPresent();
    assertThat(manifest.common().selfTests()).hasSize(3);
    assertThat(manifest.common().lineage().get("rows")).contains("copied", "translated");
    assertThat(folder.resolve("f16/module.safetensors").toFile().length())
        .isLessThan(folder.resolve("f32/module.safetensors").toFile().length());
    postProcessingIsFittedBehindIt(mono);
  }

  private void fit(String methods, String mono, String from, String to) {
    int fitted =
        run(
            "modules",
            "fit",
            "--lang",
            "am",
            "--method",
            methods,
            "--mono",
            mono,
            "--language-module",
            path(from),
            "--out",
            path(to));
    assertThat(fitted).as(program.err()).isZero();
  }

  private void postProcessingIsFittedBehindIt(String mono) throws IOException {
    fit("center,whiten", mono, "f32", "fitted");
    ModuleManifest.Language whitened =
        (ModuleManifest.Language) ModuleFiles.readManifest(folder.resolve("fitted/whiten"));
    assertThat(whitened.postProcessing()).isEqualTo(PostProcessing.WHITEN);
    try (SafetensorsFile file =
        SafetensorsFile.open(folder.resolve("fitted/whiten/module.safetensors"))) {
      assertThat(file.tensors()).containsKey("post_processing.whitening.upper");
    }
    assertThat(whitened.pieces())
        .isEqualTo(
            ((ModuleManifest.Language) ModuleFiles.readManifest(folder.resolve("f32"))).pieces());
    assertThat(whitened.common().lineage())
        .containsEntry("from", ModulePack.digest(folder.resolve("f32")).hex());
    // Encoded through its own table: the bare backbone sees unknown words only, all alike.
    assertThat(whitened.common().metrics().get("mean_cosine_before")).isLessThan(0.999);
    assertThat(whitened.common().metrics().get("mean_cosine_after")).isCloseTo(0, within(0.05));
    try (SafetensorsFile before = SafetensorsFile.open(folder.resolve("f32/module.safetensors"));
        SafetensorsFile after =
            SafetensorsFile.open(folder.resolve("fitted/whiten/module.safetensors"))) {
      assertThat(after.tensor(ModuleTensors.TABLE).toFloats())
          .isEqualTo(before.tensor(ModuleTensors.TABLE).toFloats());
    }
    // Fitted behind what is fitted already, it is the same: the old mean is not subtracted twice.
    fit("whiten", mono, "fitted/center", "again");
    assertThat(folder.resolve("again/module.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("fitted/whiten/module.safetensors"));
  }

  @Test
  void aStartWithoutWhatItLearnsFromIsAWrongCall() {
    assertThat(
            run(
                "train",
                "start",
                "--lang",
                "am",
                "--tokenizer",
                path("t"),
                "--start",
                "focus",
                "--out",
                path("o")))
        .isEqualTo(2);
    assertThat(program.err()).contains("give --mono FILE");
    assertThat(
            run(
                "train",
                "start",
                "--lang",
                "am",
                "--tokenizer",
                path("t"),
                "--start",
                "lexical",
                "--out",
                path("o")))
        .isEqualTo(2);
    assertThat(program.err()).contains("give --parallel FILE");
  }

  @Test
  void pairsAreWrittenAsTranslationsAreReadAndCounted() throws IOException {
    String parallel = file("de-en.tsv", Stream.of("de\ten", "Es regnet.\tIt rains.", "Ja.\tYes."));
    String english =
        file("en.tsv", Stream.of("sentence1\tsentence2", "It rains\tRain is falling."));
    String[] call = {
      "train",
      "pairs",
      "--lang",
      "de",
      "--parallel",
      parallel,
      "--english-paraphrase",
      english,
      "--out",
      path("pairs")
    };
    assertThat(run(call)).as(program.err()).isZero();
    assertThat(program.out())
        .contains("translations 2\n", "translations_joined 1\n", "pairs_by_english 1\n");
    assertThat(
            new TrainingReader(EvaluationGuard.byPath())
                .parallel(List.of(folder.resolve("pairs/de-en.tsv.gz")), "de")
                .pairs())
        .containsExactly(new SentencePair("Es regnet.", "Rain is falling."));
    assertThat(run(call)).isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-122: ");
  }

  @Test
  void aLeakIsRefusedWithItsLinesUnlessAllowedAndThenRecorded() throws IOException {
    file("suite/am-en.tsv", Stream.of("id\tam\ten", "1\tx\tPeace to the world, 3!"));
    String mono = file("am.txt", Stream.of("ሰላም ለዓለም", "peace to the WORLD 3", "ሰላም ሰላም ለዓለም"));
    String guard = path("suite");
    String[] call = {
      "train",
      "tokenizer",
      "--lang",
      "am",
      "--in",
      mono,
      "--vocab",
      "90",
      "--suite",
      guard,
      "--out",
      path("t")
    };
    assertThat(run(call)).isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-403: ").contains("line 2 (", "--allow-leak");
    assertThat(folder.resolve("t")).doesNotExist();
    assertThat(run(call, "--allow-leak")).as(program.err()).isZero();
    assertThat(folder.resolve("t/lineage.json")).content().contains("rows:3 leaked:1");
    call[call.length - 1] = path("u");
    assertThat(run(call, "--leave-out-leaks")).as(program.err()).isZero();
    assertThat(folder.resolve("u/lineage.json")).content().contains("rows:2 left_out:1");
    call[call.length - 1] = path("v");
    assertThat(run(call, "--leave-out-leaks", "--allow-leak")).isEqualTo(1);
    assertThat(program.err()).contains("--leave-out-leaks wants a --suite");
  }

  @Test
  void anAuditPrintsFilesVocabularyAndSteps() throws IOException {
    file("data/mono/am.txt", IntStream.range(0, 20).mapToObj(i -> "ሰላም ለዓለም " + i));
    translations("data/parallel/health/am-en.tsv");
    assertThat(run("train", "language", "am", "--data", path("data"), "--audit-only"))
        .as(program.err())
        .isZero();
    assertThat(program.out())
        .contains(
            "parallel/health/am-en.tsv: 80 rows, 71 repetitions",
            "no licence in SOURCES.tsv",
            "pieces a word",
            "no  adapt: 20 sentences of plain text; worth it from 10000");
    assertThat(run("train", "language", "am", "--data", path("data"))).isEqualTo(2);
    assertThat(program.err()).contains("give --out DIR, or --audit-only");
  }

  @Test
  void adaptationIsKeptWhereItHelpsAndOnlyThere() {
    assertThat(new LanguageRecipe.Judgement("adaptation", 31.5, 30.5).keeps()).isTrue();
    assertThat(new LanguageRecipe.Judgement("adaptation", 30.5, 30.5).keeps()).isFalse();
    assertThat(new LanguageRecipe.Judgement("adaptation", 30.5, 31.5).words())
        .isEqualTo(
            "adaptation is left out: 31.5 % of held-out translations are missed with it, 30.5 % without");
  }

  /** Two hundred words that no vocabulary has, in sentences of six, and their translations. */
  private static Stream<String[]> sentences(int count) {
    Random random = new Random(5);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              int[] words = random.ints(6, 0, 200).toArray();
              return new String[] {
                Arrays.stream(words)
                    .mapToObj(w -> "ሰላም" + (char) (0x1200 + w))
                    .collect(Collectors.joining(" ")),
                Arrays.stream(words).mapToObj(w -> "word" + w).collect(Collectors.joining(" "))
              };
            });
  }

  /** What the report says of a part, which has to agree with its own numbers. */
  private static boolean kept(JsonNode judged) {
    boolean kept = judged.path("kept").asBoolean();
    assertThat(kept)
        .isEqualTo(
            judged.path("held_out_error_with").asDouble(100)
                < judged.path("held_out_error_without").asDouble(0));
    return kept;
  }

  @Test
  void theWholeRecipeMakesWhatTheAuditTakesAndSaysHowGoodItIs() throws IOException {
    file("data/mono/am.txt", sentences(10_000).map(pair -> pair[0]));
    file(
        "data/parallel/news/am-en.tsv",
        Stream.concat(Stream.of("am\ten"), sentences(2_100).map(pair -> pair[0] + "\t" + pair[1])));
    file(
        "data/paraphrase/am.tsv",
        Stream.concat(
            Stream.of("sentence1\tsentence2"),
            sentences(80).map(pair -> pair[0] + "\t" + pair[0] + " ሰላም")));
    assertThat(
            run(
                "train",
                "encode",
                "--lang",
                "en",
                "--pairs",
                file(
                    "en.tsv",
                    Stream.concat(
                        Stream.of("sentence1\tsentence2"),
                        sentences(200).map(pair -> pair[1] + "\t" + "so " + pair[1]))),
                "--steps",
                "2",
                "--out",
                path("en")))
        .as(program.err())
        .isZero();
    String[] call = {
      "train",
      "language",
      "am",
      "--pivot-module",
      path("en"),
      "--data",
      path("data"),
      "--vocab",
      "600",
      "--steps-each",
      "4",
      "--fp16",
      "--licence",
      "CC0-1.0",
      "--out",
      path("am")
    };
    assertThat(run(call)).as(program.err()).isZero();
    assertThat(program.out()).contains("in all about", "quality: ", "held-out translations");
    Path made = folder.resolve("am");
    assertThat(made.resolve("encoded")).as("too few paraphrases").doesNotExist();
    ModuleManifest.Language language =
        (ModuleManifest.Language) ModuleFiles.readManifest(made.resolve("language"));
    assertThat(language.pieces()).isPresent();
    assertThat(language.postProcessing()).isEqualTo(PostProcessing.WHITEN);
    assertThat(language.common().lineage()).containsEntry("method", "table_at_alignment");
    // Language adaptation and what English lends stay where translations are found better with
    // them.
    JsonNode judged =
        new JsonMapper().readTree(made.resolve("report.json").toFile()).path("judged");
    assertThat(language.languageAdaptation().isPresent())
        .isEqualTo(kept(judged.path("adaptation")));
    boolean lent = kept(judged.path("the sentence encoding of English"));
    boolean unsupervised = kept(judged.path("the sentence encoding from plain text"));
    assertThat(language.sentenceEncoding().isPresent()).isEqualTo(lent || unsupervised);
    assertThat(ModuleFiles.readManifest(made.resolve("unsupervised")).common().lineage())
        .containsEntry("method", "unsupervised_simcse");
    ModuleManifest.Alignment alignment =
        (ModuleManifest.Alignment) ModuleFiles.readManifest(made.resolve("alignment"));
    assertThat(alignment.languageModule()).contains(ModulePack.digest(made.resolve("language")));
    assertThat(alignment.common().licence()).isEqualTo("CC0-1.0");
    assertThat(alignment.common().lineage())
        .containsEntry("dropout", "0.1")
        .containsEntry("source_weights", "root")
        .containsEntry("steps", "4")
        .containsEntry("table_learns", "true");
    assertThat(Files.readString(made.resolve("report.json")))
        .contains("\"quality\"", "dev_error_after", "start lexical");
    // Again: nothing is made anew; by other options: refused.
    FileTime before = Files.getLastModifiedTime(made.resolve("alignment/manifest.json"));
    assertThat(run(call)).as(program.err()).isZero();
    assertThat(program.err()).contains("start is made", "alignment is made");
    assertThat(Files.getLastModifiedTime(made.resolve("alignment/manifest.json")))
        .isEqualTo(before);
    // Who wants the alignment anew gets the language module that it is made for.
    DirectoryTree.deleteIfPresent(made.resolve("alignment"));
    DirectoryTree.deleteIfPresent(made.resolve("table"));
    DirectoryTree.deleteIfPresent(made.resolve("alignment.training"));
    Files.writeString(made.resolve("language/manifest.json"), "of another module");
    assertThat(run(call)).as(program.err()).isZero();
    assertThat(
            ((ModuleManifest.Alignment) ModuleFiles.readManifest(made.resolve("alignment")))
                .languageModule())
        .contains(ModulePack.digest(made.resolve("language")));
    call[Arrays.asList(call).indexOf("600")] = "700";
    assertThat(run(call)).isEqualTo(1);
    assertThat(program.err()).contains("ISO-411", "tokenizer was made from other data");
  }
}
