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
import org.isogloss.language.LanguageClassifier;
import org.isogloss.language.LanguageGuess;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainIdentifierCommandTest {
  @TempDir Path folder;
  private final TrainerProgram program = new TrainerProgram(Map.of());

  private int run(String places, String output) {
    List<String> line = new ArrayList<>(List.of("train", "identifier", "--in"));
    line.add(places);
    line.addAll(List.of("--shown", "2000", "--table-bits", "12", "--familiar-bits", "12", "--out"));
    line.add(folder.resolve(output).toString());
    return program.run(line);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @BeforeEach
  void texts() throws IOException {
    Files.createDirectories(folder.resolve("mono"));
    Files.createDirectories(folder.resolve("parallel"));
    StringBuilder turkish = new StringBuilder();
    StringBuilder pairs = new StringBuilder("de\ten\n");
    for (int i = 0; i < 60; i++) {
      String number = "ab".charAt(i % 2) + "cdefghijkl".substring(i / 6, i / 6 + 1);
      turkish.append("çocuklar okulun bahçesinde ").append(number).append(i % 7).append('\n');
      turkish.append("bugün pazara ").append(number).append(" gittim ").append(i).append('\n');
      pairs.append("die Kinder ").append(i).append(" spielen ").append(number);
      pairs.append("\tthe children ").append(i).append(" play ").append(number).append('\n');
    }
    Files.writeString(folder.resolve("mono/tr.txt"), turkish);
    try (OutputStream zipped =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("parallel/de-en.tsv.gz")))) {
      zipped.write(pairs.toString().getBytes(UTF_8));
    }
  }

  @Test
  void textAndBothSidesOfTranslationsMakeAClassifier() throws IOException {
    String places = path("mono") + "," + path("parallel/de-en.tsv.gz");
    assertThat(run(places, "a")).as(program.err()).isZero();
    assertThat(program.out())
        .startsWith("identifier ")
        .contains("de trained 58 held_out 2 ", "en trained 58 ", "tr trained ", "macro accuracy ");
    byte[] content = Files.readAllBytes(folder.resolve("a/languages.bin"));
    assertThat(LanguageClassifier.read(content).guess("the children play"))
        .map(LanguageGuess::language)
        .contains("en");
    assertThat(folder.resolve("a/lineage.json"))
        .content()
        .contains("\"seed\" : \"1\"", "mono/tr.txt sha256:", "parallel/de-en.tsv.gz sha256:");
    assertThat(run(places, "b")).isZero();
    assertThat(folder.resolve("b/languages.bin")).hasBinaryContent(content);
  }

  @Test
  void evaluationDataIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("eval"));
    Files.copy(folder.resolve("mono/tr.txt"), folder.resolve("eval/tr.txt"));
    assertThat(run(path("mono") + "," + path("eval"), "o")).isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-403: ");
    assertThat(folder.resolve("o")).doesNotExist();
  }

  @Test
  void aFileNamedOtherwiseIsRefused() throws IOException {
    Files.writeString(folder.resolve("mono/notes.md"), "notes");
    assertThat(run(path("mono"), "o")).isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-120: ").contains("notes.md");
  }

  @Test
  void whatExistsIsNotOverwritten() throws IOException {
    Files.createDirectories(folder.resolve("o"));
    assertThat(run(path("mono"), "o")).isEqualTo(1);
    assertThat(program.err()).startsWith("ISO-122: ");
  }
}
