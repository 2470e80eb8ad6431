package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchLidCommandTest {
  @TempDir Path suite;
  private final TestTerminal terminal = new TestTerminal();

  private void file(String name, String text) throws IOException {
    Path file = suite.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void topicsAndTranslationsAreCountedEachSentenceOnce() throws IOException {
    file(
        "classification/topics/de.test.tsv",
        """
        id	label	text
        1	food	Heute Morgen bin ich auf den Markt gegangen und habe Brot gekauft.
        2	food	12 345
        """);
    file("classification/topics/de.train.tsv", "id\tlabel\ttext\n3\tfood\tTen loaves of bread.\n");
    file(
        "bitext/said/nl-en.tsv",
        """
        id	nl	en
        1	De kinderen spelen elke avond met een bal.	The children play every evening.
        2	De kinderen spelen elke avond met een bal.	Les enfants jouent dans la cour de l'école.
        """);
    assertThat(terminal.run("bench", "lid", "--suite", suite.toString(), "--rounds", "1"))
        .as(terminal::err)
        .isZero();
    assertThat(terminal.out())
        .contains("topics: 2 sentences of 1 languages, one thread, medians of 1 rounds; ")
        .contains("| identifier | 50.00 | 50.00 | 50.00 | ")
        .contains("| classifier alone | 50.00 | 50.00 | 50.00 | ")
        .contains("| de | 2 | 50.00 | 1 |  |")
        .contains("said: 3 sentences of 2 languages")
        .contains("| identifier | 75.00 | 66.67 | 0.00 | ")
        .contains("| en | 2 | 50.00 | 0 | fr 1 |")
        .contains("| nl | 1 | 100.00 | 0 |  |");
  }

  @Test
  void aFolderThatIsNoSuiteIsRefused() {
    assertThat(terminal.run("bench", "lid", "--suite", suite.resolve("none").toString()))
        .isEqualTo(1);
    assertThat(terminal.err()).startsWith("ISO-123: ");
    assertThat(terminal.run("bench", "lid", "--suite", suite.toString(), "--rounds", "0"))
        .isEqualTo(2);
  }
}
