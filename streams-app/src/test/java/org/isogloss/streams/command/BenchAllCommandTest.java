package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchAllCommandTest {
  @TempDir Path folder;
  private final TestTerminal terminal = new TestTerminal();

  @BeforeEach
  void aTinyBackbone() throws IOException {
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    terminal
        .environment("ISOGLOSS_MODEL", folder.resolve("tiny").toString())
        .environment("ISOGLOSS_HOME", folder.resolve("home").toString())
        .environment("ISOGLOSS_THREADS", "1")
        .environment("ISOGLOSS_ROUNDS", "1");
  }

  @Test
  void oneTableHasEveryBarOfTheBenchmarksChosenAndAnUnmeasuredOneFails() {
    int exitCode =
        terminal.run("bench", "all", "--only", "encode,mine,lid,train", "--mine-rows", "70");
    assertThat(terminal.out().lines().toList())
        .anyMatch(line -> line.startsWith("| bench encode |") && line.contains("not measured"))
        .anyMatch(line -> line.startsWith("| bench mine |") && line.contains("| 0.600 |"))
        .anyMatch(line -> line.startsWith("| bench lid |") && line.contains("| 20000 |"))
        .anyMatch(line -> line.startsWith("| bench train |") && line.contains("| 0.950 |"))
        .noneMatch(line -> line.startsWith("| bench swap |"));
    assertThat(terminal.out()).contains("1 threads of ", "medians of 1 rounds, load ");
    assertThat(terminal.err()).contains("== encode", "== mine", "isogloss, direct");
    assertThat(exitCode).as(terminal.err()).isEqualTo(1);
  }

  @Test
  void aBenchmarkThatThereIsNotIsAWrongCall() {
    assertThat(terminal.run("bench", "all", "--only", "mine,dance")).isEqualTo(2);
    assertThat(terminal.err()).contains("ISO-121", "dance", "modules-pipeline");
  }
}
