package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.isogloss.mining.npy.NpyFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MineCommandTest {
  private static final Path GOLDEN =
      Path.of("src", "test", "resources", "org", "isogloss", "streams", "command", "mine");
  private static final double ROUNDING = 1.5e-6;

  private final TestTerminal terminal = new TestTerminal();
  @TempDir Path folder;

  private static String[] mineVectors(Path x, Path y, Stream<String> flags) {
    return Stream.concat(
            Stream.of("mine", "--source-vectors", x.toString(), "--target-vectors", y.toString()),
            flags)
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource({
    "default, ''",
    "distance-bwd, --margin distance --retrieval bwd --k 3",
    "absolute-fwd, --margin absolute --retrieval fwd --threshold 0.8",
    "ratio-intersect, --retrieval intersect --k 50"
  })
  void vectorsAreMinedAndPrintedAsTheOracleDoes(String name, String flags) throws IOException {
    List<String> golden = Files.readAllLines(GOLDEN.resolve(name + ".tsv"));
    for (String similarity : List.of("simd", "torch")) {
      TestTerminal ownTerminal = new TestTerminal();
      Stream<String> words = Stream.of((flags + " --similarity " + similarity).trim().split(" "));
      int exitCode =
          ownTerminal.run(mineVectors(GOLDEN.resolve("x.npy"), GOLDEN.resolve("y.npy"), words));
      assertThat(exitCode).as(ownTerminal::err).isZero();
      requireEqual(ownTerminal.out().lines().toList(), golden);
    }
  }

  private static void requireEqual(List<String> ours, List<String> golden) {
    assertThat(golden).hasSizeGreaterThan(5);
    assertThat(ours).hasSameSizeAs(golden);
    for (int i = 0; i < golden.size(); i++) {
      String[] expected = golden.get(i).split("\t");
      String[] actual = ours.get(i).split("\t");
      assertThat(actual).hasSize(3);
      assertThat(List.of(actual).subList(1, 3)).isEqualTo(List.of(expected).subList(1, 3));
      assertThat(actual[0]).matches("-?\\d+\\.\\d{6}");
      assertThat(Double.parseDouble(actual[0]))
          .isCloseTo(Double.parseDouble(expected[0]), within(ROUNDING));
    }
  }

  private Path npy(String name, float[]... rows) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      NpyFile.writeHeader(out, rows.length, rows[0].length);
      for (float[] row : rows) {
        NpyFile.writeRow(out, row);
      }
    }
    return file;
  }

  @Test
  void rowsOfRefusedLinesAreLeftOutAndTheOthersKeepTheirNumbers() throws IOException {
    Path x = npy("x.npy", new float[] {Float.NaN, Float.NaN}, new float[] {1, 0.1f});
    Path y = npy("y.npy", new float[] {0, 1}, new float[] {1, 0});
    assertThat(terminal.run(mineVectors(x, y, Stream.of("--k", "1")))).as(terminal::err).isZero();
    assertThat(terminal.out()).endsWith("\t1\t1%n".formatted());
    assertThat(terminal.out().lines()).hasSize(1);
  }

  @Test
  void pairsGoToAFileAndTheirNumberToStandardError() throws IOException {
    Path x = npy("x.npy", new float[] {1, 0});
    Path out = folder.resolve("pairs.tsv");
    assertThat(terminal.run(mineVectors(x, x, Stream.of("--out", out.toString())))).isZero();
    assertThat(out).hasContent("1.000000\t0\t0");
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err()).isEqualTo("1 pairs%n".formatted());
  }

  @Test
  void vectorsOfDifferentDimensionsCannotBeCompared() throws IOException {
    Path x = npy("x.npy", new float[] {1, 0});
    Path y = npy("y.npy", new float[] {1, 0, 0});
    assertThat(terminal.run(mineVectors(x, y, Stream.empty()))).isEqualTo(1);
    assertThat(terminal.err()).startsWith("ISO-212: ").contains("x.npy").contains("y.npy");
  }

  @Test
  void aFileThatIsNoArrayIsACodedFailure() throws IOException {
    Path text = Files.writeString(folder.resolve("x.npy"), "these are not vectors");
    assertThat(terminal.run(mineVectors(text, text, Stream.empty()))).isEqualTo(1);
    assertThat(terminal.err()).startsWith("ISO-120: ").contains("x.npy");
  }

  @Test
  void sentencesAndVectorsTogetherAreAWrongCall() {
    List<String> arguments = new ArrayList<>(List.of("mine", "--source", "a.txt"));
    assertThat(terminal.run(arguments.toArray(String[]::new))).isEqualTo(2);
    arguments.addAll(List.of("--target-vectors", "y.npy"));
    assertThat(terminal.run(arguments.toArray(String[]::new))).isEqualTo(2);
    assertThat(terminal.run("mine", "--k", "0")).isEqualTo(2);
    assertThat(terminal.err()).contains("ISO-121: ");
  }
}
