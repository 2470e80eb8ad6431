package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BarSheetTest {
  private final BarSheet bars = new BarSheet();

  @Test
  void whatReachesItsBarIsMetAndWhatDoesNotIsShort() {
    bars.atLeast(0.85, "bench modules", "a ratio", 0.85);
    bars.atMost(1_000, "ms", "bench swap", "a time", 723.4);
    assertThat(bars.allMet()).isTrue();
    bars.atLeast(0.95, "bench modules", "a mix", 0.931);
    assertThat(bars.allMet()).isFalse();
    assertThat(bars.markdown())
        .isEqualTo(
            """
            | benchmark | what | measured | bar |  |
            |---|---:|---:|---:|---:|
            | bench modules | a ratio | 0.850 | 0.850 | met |
            | bench swap | a time | 723 ms | at most 1000 ms | met |
            | bench modules | a mix | 0.931 | 0.950 | **short** |
            """);
  }

  @Test
  void aTimeBeyondItsBarIsShort() {
    bars.atMost(1_000, "ms", "bench swap", "a time", 1_000.1);
    assertThat(bars.allMet()).isFalse();
  }

  @Test
  void whatCouldNotBeMeasuredIsShortOfItsBar() {
    bars.atLeast(0.95, "bench encode", "a ratio", Double.NaN);
    assertThat(bars.allMet()).isFalse();
    assertThat(bars.markdown()).contains("| not measured | 0.950 | **short** |");
  }
}
