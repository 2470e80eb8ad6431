package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingBenchTest {
  private final BarSheet bars = new BarSheet();

  @Test
  void theTrainersTableGivesTheRatioOfEachStage() {
    TrainingBench.write(
        bars,
        List.of(
            "tiny, 2 layers, fp32, 1 threads, batches of 1536 tokens, medians of 3 rounds",
            "",
            "| step of | tokens | isogloss, tokens/s | PyTorch, tokens/s | ratio | bar |",
            "|---|---:|---:|---:|---:|---:|",
            "| align | 1500 | 1234 | 1000 | 1.234 | 0.95 |",
            "| adapt | 1500 | 900 | 1000 | 0.900 | 0.95 |"));
    assertThat(bars.markdown().lines().toList())
        .anyMatch(
            line -> line.contains("a step of align") && line.contains("| 1.234 | 0.950 | met"))
        .anyMatch(
            line -> line.contains("a step of adapt") && line.contains("| 0.900 | 0.950 | **short"));
    assertThat(bars.allMet()).isFalse();
  }

  @Test
  void aStageThatTheTableLacksIsNotMeasured() {
    TrainingBench.write(bars, List.of("ISO-121: there is no peer"));
    assertThat(bars.markdown().lines().filter(line -> line.contains("not measured"))).hasSize(2);
    assertThat(bars.allMet()).isFalse();
  }
}
