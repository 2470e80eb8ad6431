package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputLinesTest {
  private final TestTerminal terminal = new TestTerminal();
  @TempDir Path folder;

  private List<InputLine> lines(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("in.txt"), bytes);
    return InputLines.readAll(file.toString(), terminal.terminal(false));
  }

  @Test
  void linesEndWithALineFeedOrTheFileAndKeepTheirNumbers() throws IOException {
    List<InputLine> lines = lines("one\r\n\ndrei \u00e4\nlast".getBytes("UTF-8"));
    assertThat(lines).extracting(InputLine::text).containsExactly("one", "", "drei \u00e4", "last");
    assertThat(lines).extracting(InputLine::number).containsExactly(1, 2, 3, 4);
  }

  @Test
  void aLineFeedAtTheEndMakesNoFurtherLineAndAnEmptyFileHasNone() throws IOException {
    assertThat(lines(new byte[] {'a', '\n'})).hasSize(1);
    assertThat(lines(new byte[0])).isEmpty();
  }

  @Test
  void aLineThatIsNoUtf8IsRefusedAlone() throws IOException {
    List<InputLine> lines = lines(new byte[] {'a', '\n', (byte) 0xC3, '(', '\n', 'b'});
    assertThat(lines).extracting(InputLine::text).containsExactly("a", "", "b");
    assertThat(lines.get(1).refusal().orElseThrow().code()).isEqualTo(ErrorCode.INVALID_UTF8);
    assertThat(lines.get(2).refusal()).isEmpty();
  }

  @Test
  void aByteOrderMarkIsNoText() throws IOException {
    assertThat(lines("\uFEFFhello\n\uFEFFx".getBytes("UTF-8")))
        .extracting(InputLine::text)
        .containsExactly("hello", "\uFEFFx");
  }

  @Test
  void aMissingFileIsACodedError() {
    assertThatThrownBy(
            () -> InputLines.open(folder.resolve("none").toString(), terminal.terminal(false)))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_INPUT_FILE));
  }

  @Test
  void aHyphenIsStandardInput() {
    terminal.input("from\nstandard input\n");
    assertThat(InputLines.readAll("-", terminal.terminal(false))).hasSize(2);
  }
}
