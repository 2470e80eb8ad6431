package org.isogloss.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.isogloss.streams.sample.SampleCorpus;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole flow in one command. On random weights its numbers mean nothing, but they are there.
 */
class DemoTest {
  @TempDir static Path folder;

  @Test
  @Tag("long")
  void theDemoEndsWithATableOfEveryLanguageAndItsBestPairs() {
    CommandProcess.Result demo = new Commands(folder).run("demo", "--best", "1").requireSuccess();
    List<String> lines = demo.lines();
    assertThat(lines.getFirst()).matches("language +sentences +tokens/s +pairs +precision +recall");
    for (String language : SampleCorpus.load().languages()) {
      assertThat(lines).anyMatch(line -> line.matches(language + " +140 .*"));
    }
    assertThat(lines).anyMatch(line -> line.matches("all +1[0-9]{3} .* %"));
    assertThat(lines).anyMatch(line -> line.startsWith("de-en  "));
    assertThat(demo.err()).contains("sentences sealed");
    assertThat(lines)
        .anyMatch(
            line ->
                line.matches(
                    "live swap: 420 sentences sent, \\{\\S+=\\d+, \\S+=\\d+}, 0 lost, 0 doubled"));
  }

  @Test
  @Tag("long")
  void thePipelineIsMeasuredAgainstDirectEncoding() {
    CommandProcess.Result bench =
        new Commands(folder).run("bench", "pipeline", "--rounds", "1").requireSuccess();
    assertThat(bench.lines())
        .anyMatch(line -> line.matches("\\| isogloss, through the pipeline \\| \\d+ .*"))
        .anyMatch(line -> line.matches("\\| isogloss, direct \\| \\d+ \\| [0-9.]+ \\| 1.000 \\|"));
  }
}
