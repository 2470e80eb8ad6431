package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final TestTerminal terminal = new TestTerminal();
  private long nanos;

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  private Progress progress(boolean interactive) {
    return new Progress(
        terminal.terminal(interactive), "encoding", OptionalLong.of(200), () -> nanos);
  }

  @Test
  void onATerminalABarIsWrittenOverAndTheLastStateStays() {
    try (Progress progress = progress(true)) {
      pass(Duration.ofSeconds(1));
      progress.update(50, () -> "900 tokens/s");
      pass(Duration.ofSeconds(1));
      progress.update(200);
    }
    String[] drawn = terminal.err().split("\r\u001b\\[K", -1);
    assertThat(drawn[1])
        .isEqualTo("encoding [######..................] 50/200 (25 %), 1 s, 50/s, 900 tokens/s");
    assertThat(drawn[drawn.length - 1]).contains("200/200 (100 %)").endsWith("\n");
  }

  @Test
  void elsewherePlainLinesComeNowAndThen() {
    try (Progress progress = progress(false)) {
      for (int i = 0; i < 200; i++) {
        pass(Duration.ofMillis(100));
        progress.update(i);
      }
    }
    assertThat(terminal.err()).doesNotContain("\r").doesNotContain("\u001b").doesNotContain("#");
    assertThat(terminal.err().lines().count()).isEqualTo(5);
  }

  @Test
  void shortWorkLeavesNoTrace() {
    try (Progress progress = progress(false)) {
      progress.update(200);
    }
    assertThat(terminal.err()).isEmpty();
  }
}
