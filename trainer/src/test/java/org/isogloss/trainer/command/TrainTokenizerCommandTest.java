package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainTokenizerCommandTest {
  @TempDir static Path home;
  @TempDir Path folder;
  private final TrainerProgram program =
      new TrainerProgram(Map.of("ISOGLOSS_HOME", home.toString(), "ISOGLOSS_MODEL", "tiny"));

  private int run(String input, String output) {
    List<String> line = new ArrayList<>(List.of("train", "tokenizer", "--lang", "am", "--vocab"));
    line.addAll(List.of("90", "--fewest", "1", "--in", path(input), "--out", path(output)));
    return program.run(line);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void plainAndCompressedTextGiveTheSameTokenizer() throws IOException {
    byte[] text = "ሰላም ለዓለም\nሰላም ለኢትዮጵያ\nአዲስ ዓለም\n".repeat(2).getBytes(UTF_8);
    Files.write(folder.resolve("am.txt"), text);
    try (OutputStream zipped =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("am.txt.gz")))) {
      zipped.write(text);
    }
    assertThat(run("am.txt", "plain")).as(program.err()).isZero();
    assertThat(program.out()).contains("tokenizer/am ", "own unknown_words 0.0000");
    assertThat(run("am.txt.gz", "zipped")).as(program.err()).isZero();
    assertThat(folder.resolve("zipped/tokenizer.json"))
        .hasSameBinaryContentAs(folder.resolve("plain/tokenizer.json"));
    assertThat(folder.resolve("plain/lineage.json"))
        .content()
        .contains("\"language\" : \"am\"", "/am.txt sha256:", "rows:6");
  }

  @Test
  void badTextIsRefusedWithACodeAndNothingIsWritten() throws IOException {
    Files.write(folder.resolve("latin1.txt"), new byte[] {'a', (byte) 0xE9, '\n'});
    Files.write(folder.resolve("empty.txt"), new byte[0]);
    Files.write(folder.resolve("cut.txt.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0});
    assertThat(run("latin1.txt", "o")).isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-120: ").contains("latin1.txt", "UTF-8");
    assertThat(run("empty.txt", "o")).isEqualTo(1);
    assertThat(program.err()).contains("ISO-401: ");
    assertThat(run("cut.txt.gz", "o")).isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-120: ").contains("cut.txt.gz");
    assertThat(run("none.txt", "o")).isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-120: ");
    assertThat(folder.resolve("o")).doesNotExist();
  }
}
