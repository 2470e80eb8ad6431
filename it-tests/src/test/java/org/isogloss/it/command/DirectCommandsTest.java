package org.isogloss.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that need no running pipeline: direct encoding, mining, a pipeline of their own. */
class DirectCommandsTest {
  private static final float NEAR = 1e-5f;

  @TempDir static Path folder;
  private final Commands commands = new Commands(folder);

  private static String disorderlyFile() throws IOException {
    return Files.write(folder.resolve("lines.txt"), Texts.disorderly()).toString();
  }

  @Test
  void everyLineHasItsResultDirectlyOrThroughAPipelineOfItsOwn() throws IOException {
    String file = disorderlyFile();
    List<EncodedLine> direct =
        EncodedLine.of(commands.run("encode", "--direct", "--in", file, "--lang", "de"));
    assertThat(direct)
        .map(EncodedLine::codeOrLanguage)
        .containsExactlyElementsOf(Texts.DISORDERLY_FATES);
    for (int i = 0; i < direct.size(); i++) {
      EncodedLine line = direct.get(i);
      assertThat(line.id()).isEqualTo("lines.txt:%09d".formatted(i + 1));
      if (line.isRefused()) {
        assertThat(line.fields()).containsExactly("id", "error");
        assertThat(line.json().path("error").fieldNames())
            .toIterable()
            .containsExactly("code", "message");
      } else {
        assertThat(line.fields())
            .containsExactly(
                "id",
                "language",
                "view",
                "space",
                "backbone",
                "languageModule",
                "alignmentModule",
                "dimension",
                "tokens",
                "truncated",
                "vector");
        assertThat(line.json().path("view").asText()).isEqualTo("cross");
        assertThat(line.json().path("languageModule").asText()).isEqualTo("none");
        assertThat(line.json().path("dimension").asInt()).isEqualTo(line.vector().length);
        assertThat(line.json().path("truncated").asBoolean()).isEqualTo(i == Texts.LONG_LINE);
        assertThat(squares(line.vector())).isCloseTo(1, within(1e-4));
      }
    }

    String out = commands.path("piped.jsonl").toString();
    CommandProcess.Result piped =
        commands.run("encode", "--in", file, "--lang", "de", "--out", out).requireSuccess();
    assertThat(piped.out()).isEmpty();
    assertSame(direct, EncodedLine.of(Files.readAllLines(Path.of(out))));
  }

  private static double squares(float[] vector) {
    double sum = 0;
    for (float value : vector) {
      sum += (double) value * value;
    }
    return sum;
  }

  static void assertSame(List<EncodedLine> expected, List<EncodedLine> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      EncodedLine ours = actual.get(i);
      EncodedLine theirs = expected.get(i);
      assertThat(ours.fields()).as(ours.id()).isEqualTo(theirs.fields());
      assertThat(ours.vector()).as(ours.id()).containsExactly(theirs.vector(), within(NEAR));
      for (String field : ours.fields()) {
        if (!field.equals("vector")) {
          assertThat(ours.json().get(field)).as(ours.id()).isEqualTo(theirs.json().get(field));
        }
      }
    }
  }

  @Test
  void anArrayHasNaNInTheRowsOfRefusedLinesAndTheIdsBesideIt() throws IOException {
    Path out = commands.path("v.npy");
    commands
        .run(
            "encode",
            "--direct",
            "--in",
            disorderlyFile(),
            "--lang",
            "de",
            "--format",
            "npy",
            "--out",
            out.toString())
        .requireSuccess();
    EncodedArray array = EncodedArray.read(out);
    assertThat(array.rows()).hasSameSizeAs(Texts.DISORDERLY_FATES);
    List<String> ids = new ArrayList<>(List.of("row\tid\tlanguage\terror"));
    for (int i = 0; i < array.rows().size(); i++) {
      String fate = Texts.DISORDERLY_FATES.get(i);
      boolean refused = fate.startsWith("ISO-");
      ids.add(
          "%d\tlines.txt:%09d\t%s\t%s"
              .formatted(i, i + 1, refused ? "" : fate, refused ? fate : ""));
      if (refused) {
        assertThat(array.rows().get(i)).hasSize(32).containsOnly(Float.NaN);
      } else {
        assertThat(squares(array.rows().get(i))).isCloseTo(1, within(1e-4));
      }
    }
    assertThat(array.ids()).isEqualTo(ids);
  }

  @Test
  void vectorsOfTwoFilesGiveThePairsThatTheirSentencesGive() {
    String german = commands.file("de.txt", Texts.sample("de", 60));
    String english = commands.file("en.txt", Texts.sample("en", 50));
    List<MinedLine> ofText = MinedLine.mine(commands, german, english);
    assertThat(ofText).hasSizeGreaterThan(5).isSortedAccordingTo(MinedLine.BEST_FIRST);
    List<String> germanLines = Texts.sample("de", 60).toList();
    List<String> englishLines = Texts.sample("en", 50).toList();
    assertThat(ofText)
        .allSatisfy(
            pair -> {
              assertThat(germanLines.get(pair.sourceLine() - 1)).isEqualTo(pair.source());
              assertThat(englishLines.get(pair.targetLine() - 1)).isEqualTo(pair.target());
            });

    for (String[] side : List.of(new String[] {"de", german}, new String[] {"en", english})) {
      commands
          .run(
              "encode",
              "--direct",
              "--in",
              side[1],
              "--lang",
              side[0],
              "--format",
              "npy",
              "--out",
              commands.path(side[0] + ".npy").toString())
          .requireSuccess();
    }
    CommandProcess.Result ofVectors =
        commands
            .run(
                "mine",
                "--source-vectors",
                commands.path("de.npy").toString(),
                "--target-vectors",
                commands.path("en.npy").toString())
            .requireSuccess();
    List<String[]> rows = ofVectors.lines().stream().map(line -> line.split("\t")).toList();
    assertThat(rows).hasSameSizeAs(ofText);
    for (int i = 0; i < rows.size(); i++) {
      MinedLine pair = ofText.get(i);
      assertThat(rows.get(i)).hasSize(3);
      assertThat(Double.parseDouble(rows.get(i)[0])).isCloseTo(pair.score(), within(1e-5));
      assertThat(Integer.parseInt(rows.get(i)[1])).isEqualTo(pair.sourceLine() - 1);
      assertThat(Integer.parseInt(rows.get(i)[2])).isEqualTo(pair.targetLine() - 1);
    }
  }

  @Test
  void everyErrorSaysItsCodeAndWhatToDo() throws IOException {
    String text = commands.file("text.txt", "Guten Morgen.\n");
    String npy = commands.file("not.npy", "these are no vectors");
    String nowhere = commands.path("no such folder").resolve("file").toString();

    assertFails(commands.run("encode", "--direct", "--in", nowhere), 1, "ISO-120", nowhere);
    assertFails(
        commands.run("encode", "--direct", "--in", text, "--lang", "Deutsch"),
        1,
        "ISO-113",
        "Deutsch");
    assertFails(commands.run("mine", "--source", nowhere, "--target", text), 1, "ISO-120", nowhere);
    assertFails(
        commands.run("mine", "--source-vectors", npy, "--target-vectors", npy),
        1,
        "ISO-120",
        "not.npy");
    assertFails(
        commands.run("encode", "--direct", "--in", text, "--format", "npy"), 2, "ISO-121", "--out");
    assertFails(
        commands.run("encode", "--direct", "--in", text, "--out", nowhere), 1, "ISO-122", nowhere);
    assertFails(
        commands.run("encode", "--direct", "--in", text, "--model", nowhere),
        1,
        "ISO-201",
        nowhere);
    assertFails(
        commands.run("encode", "--direct", "--in", text, "--device", "cuda:99"),
        1,
        "ISO-211",
        "cuda:99");
    assertFails(
        commands.run("encode", "--direct", "--in", text, "--dtype", "fp7"), 1, "ISO-121", "fp7");
    assertFails(
        commands.run("encode", "--direct", "--in", text, "--layers", "9"), 1, "ISO-121", "9");
    assertFails(commands.run("send", "--in", text, "--lang", "de"), 1, "ISO-301", "isogloss up");
    assertFails(commands.run("no-such-command"), 2, "ISO-121", "no-such-command");
  }

  static void assertFails(CommandProcess.Result result, int exitCode, String code, String cause) {
    assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
    assertThat(result.out()).as(result.toString()).isEmpty();
    List<String> lines =
        result
            .err()
            .lines()
            .dropWhile(
                line -> Stream.of("WARNING:", "model: ", "http://").anyMatch(line::startsWith))
            .toList();
    assertThat(lines).as(result.toString()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(lines.get(0)).startsWith(code + ": ").contains(cause);
    assertThat(lines.get(1)).startsWith("remedy: ");
    assertThat(result.err()).doesNotContain("\tat ");
  }
}
