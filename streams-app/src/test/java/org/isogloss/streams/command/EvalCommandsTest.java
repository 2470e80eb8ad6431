package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.metrics.suite.SuiteReader;
import org.isogloss.metrics.suite.Summary;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.evaluate.Comparison;
import org.isogloss.streams.evaluate.EvaluationFolder;
import org.isogloss.streams.evaluate.RunRecord;
import org.isogloss.streams.evaluate.SmallSuite;
import org.isogloss.streams.evaluate.SuiteTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluation as a user sees it, on a tiny backbone and a small suite. */
class EvalCommandsTest {
  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path suite;
  private static Path backbone;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void prepare() throws IOException {
    suite = SmallSuite.write(shared.resolve("small"), 1);
    backbone = shared.resolve("tiny");
    RandomBackbone.write(backbone, RandomBackbone.Options.TINY);
    broker = EmbeddedBroker.start(shared.resolve("broker"));
  }

  @AfterAll
  static void stopTheBroker() {
    broker.close();
  }

  private static KafkaSettings kafka() {
    return KafkaSettings.of(broker.bootstrapServers());
  }

  private TestTerminal terminal() {
    return new TestTerminal()
        .environment("ISOGLOSS_EVAL_DIR", folder.resolve("evaluation").toString())
        .environment("ISOGLOSS_MODEL", backbone.toString())
        .environment("ISOGLOSS_HOME", folder.resolve("home").toString())
        .environment("ISOGLOSS_THREADS", "1");
  }

  private RunRecord run(String... arguments) {
    TestTerminal terminal = terminal();
    String[] all =
        Stream.concat(Stream.of("eval", "run"), Stream.of(arguments)).toArray(String[]::new);
    assertThat(terminal.run(all)).as(terminal::err).isZero();
    List<RunRecord> runs = runs();
    String id = terminal.out().lines().findFirst().orElseThrow().replace("run: ", "");
    return runs.stream().filter(run -> run.id().equals(id)).findAny().orElseThrow();
  }

  private List<RunRecord> runs() {
    return new EvaluationFolder(folder.resolve("evaluation")).all();
  }

  private static String load(String name) {
    TestTerminal terminal = new TestTerminal();
    assertThat(
            terminal.run(
                "eval",
                "load",
                "--suite",
                suite.toString(),
                "--name",
                name,
                "--bootstrap-servers",
                broker.bootstrapServers()))
        .as(terminal::err)
        .isZero();
    return terminal.err();
  }

  @Test
  void aSuiteLoadedTwiceIsThereOnceAndIsWholeInItsTopic() {
    Suite read = SuiteReader.read(suite, "twice");
    assertThat(load("twice")).contains(" 0 were there").doesNotContain(" 0 items added");
    assertThat(load("twice")).contains(": 0 items added").contains(read.digest().abbreviated());
    assertThat(SuiteTopic.read(kafka(), "twice")).isEqualTo(read);
  }

  @Test
  void anotherSuiteUnderTheSameNameIsRefused() throws IOException {
    load("taken");
    Path other = SmallSuite.write(folder.resolve("other"), 2);
    TestTerminal terminal = new TestTerminal();
    assertThat(
            terminal.run(
                "eval",
                "load",
                "--suite",
                other.toString(),
                "--name",
                "taken",
                "--bootstrap-servers",
                broker.bootstrapServers()))
        .isEqualTo(1);
    assertThat(terminal.err()).startsWith("ISO-123: ").contains("another name");
  }

  @Test
  void throughItsOwnRouteARunGivesWhatItGivesDirectly() {
    load("routed");
    RunRecord routed = run("--suite", "routed", "--bootstrap-servers", broker.bootstrapServers());
    assertThat(routed.route()).isEqualTo("workers");
    assertThat(routed.encoded()).isEqualTo(routed.sentences());
    assertThat(routed.madeBy())
        .isEqualTo("%d by %s (workers)".formatted(routed.sentences(), routed.codeVersion()));
    // What lies on disk already was made by the workers, whatever the route is now.
    RunRecord reusing = run("--suite", suite.toString(), "--direct");
    assertThat(reusing.encoded()).isZero();
    assertThat(reusing.route()).isEqualTo("direct");
    assertThat(reusing.origins()).isEqualTo(routed.origins());
    // Elsewhere, so that it encodes for itself.
    folder = folder.resolve("direct");
    RunRecord direct = run("--suite", suite.toString(), "--direct");
    assertThat(direct.encoded()).isEqualTo(direct.sentences());
    assertThat(direct.madeBy()).endsWith("(direct)").doesNotContain("over");
    assertThat(direct.id()).isNotEqualTo(routed.id());
    assertThat(direct.scores()).hasSameSizeAs(routed.scores());
    for (int i = 0; i < direct.scores().size(); i++) {
      Score one = direct.scores().get(i);
      Score other = routed.scores().get(i);
      assertThat(one.metric()).isEqualTo(other.metric());
      assertThat(one.value().orElseThrow())
          .as("%s", one)
          .isCloseTo(other.value().orElseThrow(), within(0.02));
    }
    TestTerminal export = new TestTerminal();
    assertThat(
            export.run(
                "export", "isogloss.evaluations", "--bootstrap-servers", broker.bootstrapServers()))
        .as(export::err)
        .isZero();
    assertThat(export.out().lines().filter(line -> line.contains(routed.id())))
        .hasSize(routed.scores().size())
        .allSatisfy(line -> assertThat(line).contains(routed.suiteDigest().hex()));
  }

  @Test
  void aRunThatWasKilledGoesOnWhereItWasAndGivesTheSameNumbers() throws IOException {
    RunRecord first = run("--suite", suite.toString(), "--direct");
    try (Stream<Path> files = Files.list(folder.resolve("evaluation/vectors"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".vectors")).toList()) {
        // Half of the vectors, and the last of them torn.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(channel.size() / 2 + 1);
        }
      }
    }
    RunRecord second = run("--suite", suite.toString(), "--direct");
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.encoded()).isPositive().isLessThan(first.encoded());
    assertThat(second.scores()).hasSameSizeAs(first.scores());
    for (int i = 0; i < first.scores().size(); i++) {
      assertThat(second.scores().get(i).value().orElseThrow())
          .isCloseTo(first.scores().get(i).value().orElseThrow(), within(0.02));
    }
    assertThat(second.origins().values()).containsExactly(first.encoded());
    RunRecord third = run("--suite", suite.toString(), "--direct");
    assertThat(third.encoded()).isZero();
    assertThat(third.scores()).isEqualTo(second.scores());
    assertThat(runs()).hasSize(1);
    TestTerminal list = terminal();
    assertThat(list.run("eval", "list")).isZero();
    assertThat(list.out()).contains(first.id());
  }

  @Test
  void modulesThatActAfterPoolingNeedNoPassOfTheirOwn() throws IOException {
    run("--suite", suite.toString(), "--direct");
    Map<String, Long> pooled = pooledBytes();
    assertThat(pooled).hasSize(SmallSuite.LANGUAGES.size());
    List<String> modules = new ArrayList<>();
    for (String language : SmallSuite.LANGUAGES) {
      modules.add(
          module(language, language.equals("en") ? PostProcessing.WHITEN : PostProcessing.CENTRE));
    }
    RunRecord shared =
        run("--suite", suite.toString(), "--direct", "--modules", String.join(",", modules));
    assertThat(shared.encoded()).isPositive();
    assertThat(pooledBytes()).isEqualTo(pooled);

    folder = folder.resolve("workers");
    RunRecord afresh = run("--suite", suite.toString(), "--modules", String.join(",", modules));
    assertThat(pooledBytes()).isEmpty();
    assertThat(shared.scores()).hasSameSizeAs(afresh.scores());
    for (int i = 0; i < afresh.scores().size(); i++) {
      assertThat(shared.scores().get(i).value().orElseThrow())
          .as("%s", afresh.scores().get(i))
          .isCloseTo(afresh.scores().get(i).value().orElseThrow(), within(0.02));
    }
  }

  private Map<String, Long> pooledBytes() throws IOException {
    Map<String, Long> bytes = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.resolve("evaluation/vectors"))) {
      for (Path file : files.filter(EvalCommandsTest::isPooled).toList()) {
        bytes.put(file.getFileName().toString(), Files.size(file));
      }
    }
    return bytes;
  }

  private static boolean isPooled(Path file) {
    return file.toString().contains(".pooled.") && file.toString().endsWith(".vectors");
  }

  private static String module(String language, PostProcessing processing) throws IOException {
    try (Backbone opened = Backbone.open(backbone)) {
      Path directory = shared.resolve("module-" + language);
      RandomModules.write(
          directory,
          new ModuleManifest.Language(
              language,
              new ModuleManifest.Common(
                  opened.digest(),
                  opened.config().layers(),
                  opened.config().hiddenSize(),
                  Map.of(),
                  Map.of(),
                  "none",
                  List.of()),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              processing),
          opened.config(),
          Optional.empty(),
          0.1,
          language.hashCode(),
          name -> false);
      return directory.toString();
    }
  }

  @Test
  void theVectorsOfARunLieInTheFilesThatItsRecordNames() throws IOException {
    RunRecord run = run("--suite", suite.toString(), "--direct", "--tasks", "bitext");
    JsonNode vectors =
        new JsonMapper()
            .readTree(folder.resolve("evaluation/runs").resolve(run.id() + "/run.json").toFile())
            .required("vectors");
    assertThat(vectors).hasSize(SmallSuite.LANGUAGES.size());
    int bytes = 0;
    for (JsonNode byView : vectors) {
      Path file =
          folder.resolve("evaluation/vectors").resolve(byView.required("MONOLINGUAL").asText());
      assertThat(byView.required("CROSS_LINGUAL").asText())
          .isEqualTo(String.valueOf(file.getFileName()));
      bytes += (int) Files.size(file);
    }
    int header = 8 + 4 + 32 + 4;
    int record = 32 + run.identity().encoder().dimension() * 4 + 4;
    assertThat(bytes).isEqualTo(SmallSuite.LANGUAGES.size() * header + run.encoded() * record);
  }

  @Test
  void aMalformedSuiteIsRefusedWithFileAndLineBeforeAnythingIsEncoded() throws IOException {
    Path bad = SmallSuite.write(folder.resolve("bad"), 3);
    Path file = bad.resolve("sts/toy/fr.test.tsv");
    Files.writeString(file, Files.readString(file, UTF_8) + "99\tmany\tun\tdeux\n", UTF_8);
    TestTerminal terminal = terminal();
    assertThat(terminal.run("eval", "run", "--suite", bad.toString(), "--direct")).isEqualTo(1);
    assertThat(terminal.err()).startsWith("ISO-123: ").contains("fr.test.tsv, line 16");
    assertThat(folder.resolve("evaluation")).doesNotExist();
  }

  @Test
  void theTableSaysTheViewsMarksSubsetsAndThatThereIsNoAlignment() {
    TestTerminal terminal = terminal();
    assertThat(
            terminal.run(
                "eval", "run", "--suite", suite.toString(), "--direct", "--languages", "de,en"))
        .as(terminal::err)
        .isZero();
    assertThat(terminal.out())
        .contains("monolingual view", "cross-lingual view (alignment: none)")
        .contains("topics RSIM", "topics RSIM with en")
        .contains("topics accuracy from en", "topics accuracy from every language")
        .contains("toytoeba error (margin) to en", "toytoeba error (margin) from en")
        .contains("fewer than three languages");
    assertThat(terminal.out().lines().filter(l -> l.startsWith("monolingual view")))
        .allSatisfy(line -> assertThat(line).contains("*"));
    RunRecord bitext = run("--suite", suite.toString(), "--direct", "--tasks", "bitext");
    assertThat(bitext.encoded()).isLessThan(bitext.sentences());
    assertThat(bitext.scores())
        .isNotEmpty()
        .allSatisfy(
            score ->
                assertThat(score.metric())
                    .isIn(
                        Metric.BITEXT_ERROR_BY_MARGIN,
                        Metric.BITEXT_ERROR_BY_COSINE,
                        Metric.BITEXT_F1_BY_COSINE));
    TestTerminal wrong = terminal();
    assertThat(
            wrong.run("eval", "run", "--suite", suite.toString(), "--direct", "--tasks", "poetry"))
        .isEqualTo(1);
    assertThat(wrong.err()).startsWith("ISO-121: ").contains("poetry");
  }

  @Test
  void twoRunsAreComparedColumnByColumnOnTheNumbersOfTheirTables() {
    RunRecord two = run("--suite", suite.toString(), "--direct");
    RunRecord one = run("--suite", suite.toString(), "--direct", "--layers", "1");
    EvaluationFolder evaluation = new EvaluationFolder(folder.resolve("evaluation"));
    Comparison comparison = Comparison.of(evaluation, two, one, 200, 1);
    List<Summary.Column> columns = Summary.columns(two.scores());
    assertThat(comparison.rows()).hasSameSizeAs(columns);
    for (int i = 0; i < columns.size(); i++) {
      Comparison.Row row = comparison.rows().get(i);
      assertThat(row.column()).isEqualTo(columns.get(i));
      assertThat(row.first())
          .as("%s", row.column())
          .isCloseTo(columns.get(i).value().orElseThrow(), within(1e-9));
      assertThat(row.difference().low()).isLessThanOrEqualTo(row.difference().high());
      assertThat(row.difference().estimate()).isCloseTo(row.second() - row.first(), within(1e-9));
      assertThat(row.corrected()).isBetween(row.difference().p(), 1.0);
    }
    assertThat(comparison.rows())
        .extracting(row -> row.column().metric())
        .contains(
            Metric.REPRESENTATION_SIMILARITY,
            Metric.MONOLINGUAL_MACRO_F1,
            Metric.TRANSFER_MACRO_F1);
    assertThat(Comparison.of(evaluation, two, two, 200, 1).rows())
        .allSatisfy(row -> assertThat(row.second()).isEqualTo(row.first()))
        .allSatisfy(row -> assertThat(row.corrected()).isEqualTo(1));
    TestTerminal terminal = terminal();
    assertThat(terminal.run("eval", "compare", two.id(), one.id(), "--draws", "200"))
        .as(terminal::err)
        .isZero();
    assertThat(terminal.out())
        .contains("95 % interval", "p (Holm)", "cross: toytoeba error (margin) to en ")
        .contains("cross: toy17 (subset)", "\n" + Comparison.LEGEND);
  }

  @Test
  void everyFormatOfAReportParses() throws Exception {
    RunRecord two = run("--suite", suite.toString(), "--direct");
    RunRecord one = run("--suite", suite.toString(), "--direct", "--layers", "1");
    TestTerminal table = terminal();
    assertThat(table.run("eval", "report", two.id())).as(table::err).isZero();
    assertThat(table.out()).startsWith("run: " + two.id()).contains("Per language pair, toy");
    // Fourteen items: every share and correlation says how little it knows.
    assertThat(table.out().lines().filter(line -> line.startsWith("fr-en")))
        .isNotEmpty()
        .anySatisfy(line -> assertThat(line).containsPattern("[0-9.]+ \\[[0-9.]+, [0-9.]+\\]"));

    TestTerminal markdown = terminal();
    assertThat(markdown.run("eval", "report", two.id(), "--format", "markdown")).isZero();
    long cells = 0;
    for (String line : markdown.out().lines().toList()) {
      long here = line.startsWith("|") ? line.chars().filter(c -> c == '|').count() : 0;
      assertThat(here == 0 || cells == 0 || here == cells).as(line).isTrue();
      cells = here;
    }

    Path page = folder.resolve("report.html");
    TestTerminal html = terminal();
    assertThat(
            html.run(
                "eval",
                "report",
                two.id(),
                "--beside",
                one.id(),
                "--format",
                "html",
                "--out",
                page.toString()))
        .as(html::err)
        .isZero();
    var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
    assertThat(document.getElementsByTagName("svg").getLength()).isGreaterThan(10);
    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(Files.readString(page)).contains(two.id(), one.id()).doesNotContain("http");

    TestTerminal mteb = terminal();
    Path out = folder.resolve("mteb");
    assertThat(
            mteb.run("eval", "report", two.id(), "--format", "mteb-json", "--out", out.toString()))
        .as(mteb::err)
        .isZero();
    List<String> files = mteb.out().lines().toList();
    assertThat(files).hasSize(4).allSatisfy(f -> assertThat(f).startsWith(out + "/results/"));
    for (String file : files) {
      JsonNode root = new JsonMapper().readTree(Path.of(file).toFile());
      assertThat(root.required("dataset_revision").asText()).isEqualTo(two.suiteDigest().hex());
      for (JsonNode subset : root.required("scores").required("test")) {
        assertThat(subset.required("hf_subset").asText()).isNotEmpty();
        if (subset.required("main_score").isNumber()) {
          assertThat(subset.required("main_score").asDouble()).isBetween(-1.0, 1.0);
        }
      }
    }
    Path ofTheRun = folder.resolve("evaluation/runs").resolve(two.id()).resolve("results");
    for (String file : files) {
      // The run itself has left the same.
      assertThat(ofTheRun.resolve(out.resolve("results").relativize(Path.of(file))))
          .hasSameTextualContentAs(Path.of(file));
    }
    JsonNode tatoeba =
        new JsonMapper()
            .readTree(
                Path.of(files.stream().filter(f -> f.contains("toytoeba")).findAny().orElseThrow())
                    .toFile());
    assertThat(tatoeba.required("scores").required("test"))
        .allSatisfy(
            subset ->
                assertThat(subset.required("main_score").asDouble())
                    .isEqualTo(subset.required("f1").asDouble())
                    .isLessThanOrEqualTo(subset.required("cosine_accuracy").asDouble()));
    assertThat(terminal().run("eval", "report", "no-such-run")).isEqualTo(1);
  }
}
