package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchMineCommandTest {
  private final TestTerminal terminal = new TestTerminal();

  @Test
  void everyWayIsMeasuredAndTheFasterProductsOfLibtorchAreTheMachinesRate() {
    int exitCode =
        terminal.run(
            "bench",
            "mine",
            "--rows",
            "70",
            "--dimension",
            "20",
            "--rounds",
            "1",
            "--threads",
            "1");
    assertThat(exitCode).as(terminal::err).isZero();
    List<String> lines = terminal.out().lines().toList();
    assertThat(lines.getFirst())
        .matches("70 x 70 vectors of 20, fp32, 1 threads, [1-9]\\d* pairs mined, .*");
    List<String> ways = lines.subList(4, lines.size());
    assertThat(ways).hasSize(5);
    assertThat(ways).filteredOn(line -> line.startsWith("| mining")).hasSize(2);
    assertThat(ways)
        .filteredOn(line -> line.contains("alone, libtorch"))
        .anyMatch(line -> line.endsWith("| 1.000 |"));
  }

  @Test
  void nothingToMineIsAWrongCall() {
    assertThat(terminal.run("bench", "mine", "--rows", "0")).isEqualTo(2);
    assertThat(terminal.err()).startsWith("ISO-121: ");
  }
}
