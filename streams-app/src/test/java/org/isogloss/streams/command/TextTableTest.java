package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {
  private final TextTable table =
      new TextTable("language", "pairs").row("de", "1234567").row("am", "9");

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    assertThat(table.aligned())
        .isEqualTo(
            """
            language    pairs
            --------  -------
            de        1234567
            am              9
            """);
  }

  @Test
  void markdownEscapesItsSeparator() {
    assertThat(table.row("a|b", "0").markdown())
        .isEqualTo(
            """
            | language | pairs |
            |---|---:|
            | de | 1234567 |
            | am | 9 |
            | a\\|b | 0 |
            """);
  }

  @Test
  void aRowHasAsManyCellsAsThereAreColumns() {
    assertThatThrownBy(() -> table.row("de")).isInstanceOf(IllegalArgumentException.class);
  }
}
