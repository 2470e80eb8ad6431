package org.isogloss.it.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.isogloss.metrics.suite.Score;
import org.isogloss.streams.evaluate.EvaluationFolder;
import org.isogloss.streams.evaluate.RunRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 in the midst of an evaluation, directly and through the workers. */
class KilledEvaluationTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int PAIRS = 3_000;

  /** Of vectors: far from none, and far from all that the suite needs. */
  private static final long SOME_BYTES = 200_000;

  private static final Pattern BEGINS =
      Pattern.compile("run (\\S+): (\\d+) vectors, (\\d+) of them on disk already");

  @TempDir static Path folder;
  private static Path suite;
  private final Commands commands = new Commands(folder);

  @BeforeAll
  static void writeASuite() throws IOException {
    Random random = new Random(SEED);
    suite = folder.resolve("suite");
    StringBuilder bitext = new StringBuilder("id\tde\ten\n");
    StringBuilder german = new StringBuilder("id\tscore\tsentence1\tsentence2\n");
    for (int i = 0; i < PAIRS; i++) {
      String words = words(random);
      // Half of each pair is the same, so that some are found and some are not.
      bitext.append("%d\t%s %s\t%s %s%n".formatted(i, words, words(random), words, words(random)));
      german.append(
          "%d\t%d\t%s\t%s%n".formatted(i, random.nextInt(6), words(random), words(random)));
    }
    write(suite.resolve("bitext/pairs/de-en.tsv"), bitext);
    write(suite.resolve("sts/likeness/de.test.tsv"), german);
  }

  private static String words(Random random) {
    StringBuilder words = new StringBuilder();
    for (int w = 0; w < 8; w++) {
      words.append(w == 0 ? "" : " ");
      for (int letter = 0; letter < 5; letter++) {
        words.append((char) ('a' + random.nextInt(26)));
      }
    }
    return words.toString();
  }

  private static void write(Path file, StringBuilder text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "workers"})
  void aRunThatIsKilledGoesOnWhereItWasAndGivesTheSameTable(String route) {
    Path killed = folder.resolve(route).resolve("killed");
    try (CommandProcess process = commands.start(arguments(route, killed))) {
      Awaitility.await()
          .atMost(CommandProcess.PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> vectorBytes(killed) > SOME_BYTES || !process.isAlive());
      process.close();
      assertThat(process.await().exitCode()).as("killed, not ended").isEqualTo(128 + 9);
    }
    assertThat(new EvaluationFolder(killed).all()).isEmpty();

    CommandProcess.Result resumed = commands.run(arguments(route, killed)).requireSuccess();
    Matcher begins = BEGINS.matcher(resumed.err());
    assertThat(begins.find()).as(resumed.err()).isTrue();
    assertThat(Integer.parseInt(begins.group(3)))
        .isPositive()
        .isLessThan(Integer.parseInt(begins.group(2)));

    Path whole = folder.resolve(route).resolve("whole");
    CommandProcess.Result undisturbed = commands.run(arguments(route, whole)).requireSuccess();
    assertThat(resumed.lines().getFirst()).isEqualTo(undisturbed.lines().getFirst());
    RunRecord one = new EvaluationFolder(killed).read(begins.group(1));
    RunRecord other = new EvaluationFolder(whole).read(begins.group(1));
    assertThat(one.encoded()).isPositive().isLessThan(other.encoded());
    assertThat(one.scores()).hasSameSizeAs(other.scores());
    for (int i = 0; i < one.scores().size(); i++) {
      Score here = one.scores().get(i);
      assertThat(here.value().orElseThrow())
          .as("%s, seed %d", here, SEED)
          .isCloseTo(other.scores().get(i).value().orElseThrow(), within(0.02));
    }
  }

  /** Through the workers on a broker of its own, which is killed with the run and starts again. */
  private static String[] arguments(String route, Path evaluation) {
    Stream<String> how =
        route.equals("direct")
            ? Stream.of("--direct")
            : Stream.of("--data", evaluation.resolveSibling("broker").toString());
    return Stream.concat(
            Stream.of(
                "eval", "run", "--suite", suite.toString(), "--eval-dir", evaluation.toString()),
            how)
        .toArray(String[]::new);
  }

  /** Of the run's vectors alone: pooled ones are not yet those of a view. */
  private static long vectorBytes(Path evaluation) {
    try (Stream<Path> files = Files.list(evaluation.resolve("vectors"))) {
      return files
          .filter(file -> !file.getFileName().toString().contains(".pooled."))
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
