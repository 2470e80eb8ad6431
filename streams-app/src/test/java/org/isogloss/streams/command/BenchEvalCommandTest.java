package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchEvalCommandTest {
  private final TestTerminal terminal = new TestTerminal();

  @Test
  void bothMetricsAreMeasuredInTimeAndMemory() {
    int exitCode =
        terminal.run(
            "bench",
            "eval",
            "--rows",
            "2048",
            "--sentences",
            "64",
            "--languages",
            "3",
            "--dimension",
            "16");
    assertThat(exitCode).as(terminal::err).isZero();
    List<String> lines = terminal.out().lines().toList();
    assertThat(lines.getFirst()).startsWith("vectors of 16, ");
    assertThat(lines.subList(4, lines.size()))
        .satisfiesExactly(
            // 2,048² values of eight bytes.
            bitext ->
                assertThat(bitext)
                    .matches("\\| bitext error, 2048 x 2048 \\| [0-9.]+ \\| \\d+ \\| 32 \\|"),
            rsim ->
                assertThat(rsim)
                    .matches("\\| RSIM, 64 sentences, 3 languages \\| [0-9.]+ \\| \\d+ \\| 0 \\|"));
  }

  @Test
  void nothingToMeasureIsAWrongCall() {
    assertThat(terminal.run("bench", "eval", "--languages", "1")).isEqualTo(2);
    assertThat(terminal.err()).startsWith("ISO-121: ");
  }
}
