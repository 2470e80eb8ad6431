package org.isogloss.trainer.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.isogloss.encoder.space.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingReaderTest {
  @TempDir Path folder;
  private final TrainingReader reader = new TrainingReader(EvaluationGuard.byPath());

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    if (!name.endsWith(".gz")) {
      return Files.writeString(file, text);
    }
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(UTF_8));
    }
    return file;
  }

  @Test
  void plainTextIsReadLineByLineOnceEachInNormalForm() throws IOException {
    String text = "Guten Morgen.\n\n  Gru\u0308\u00dfe \nGuten Morgen.\n";
    MonolingualCorpus corpus =
        reader.monolingual(List.of(file("mono/de.txt.gz", text), file("more.txt", "Ja.\n")));
    assertThat(corpus.sentences()).containsExactly("Guten Morgen.", "Gr\u00fc\u00dfe", "Ja.");
    assertThat(corpus.files().getFirst().rows()).isEqualTo(3);
    assertThat(corpus.files().getFirst().content()).isEqualTo(Digest.of(text));
    assertThat(corpus.files().getFirst().label()).isEqualTo("mono/de.txt.gz");
  }

  @Test
  void theHeaderSaysWhichColumnIsWhich() throws IOException {
    ParallelCorpus corpus =
        reader.parallel(
            List.of(file("a.tsv", "de\ten\nJa.\tYes.\n"), file("b.tsv", "en\tde\nNo.\tNein.\n")),
            "de");
    assertThat(corpus.pairs())
        .containsExactly(new SentencePair("Ja.", "Yes."), new SentencePair("Nein.", "No."));
  }

  @Test
  void aMalformedFileIsRefusedWithItsLine() throws IOException {
    Path cells = file("cells.tsv", "de\ten\nJa.\tYes.\nNein.\n");
    assertThatThrownBy(() -> reader.parallel(List.of(cells), "de"))
        .hasMessageContaining("ISO-120")
        .hasMessageContaining("cells.tsv, line 3: 1 cells, not 2");
    Path empty = file("empty.tsv", "de\ten\nJa.\t \n");
    assertThatThrownBy(() -> reader.parallel(List.of(empty), "de"))
        .hasMessageContaining("line 2: an empty sentence");
    Path header = file("header.tsv", "fr\ten\nOui.\tYes.\n");
    assertThatThrownBy(() -> reader.parallel(List.of(header), "de"))
        .hasMessageContaining("line 1: the header must be de and en");
    Path nothing = file("nothing.tsv", "");
    assertThatThrownBy(() -> reader.parallel(List.of(nothing), "de"))
        .hasMessageContaining("line 1: the header is missing");
  }

  @Test
  void whatIsMissingDamagedOrNotUtf8IsRefused() throws IOException {
    Path missing = folder.resolve("missing.txt");
    assertThatThrownBy(() -> reader.monolingual(List.of(missing)))
        .hasMessageContaining("ISO-120")
        .hasMessageContaining("missing.txt");
    Path latin = Files.write(folder.resolve("latin.txt"), new byte[] {'G', 'r', (byte) 0xFC});
    assertThatThrownBy(() -> reader.monolingual(List.of(latin)))
        .hasMessageContaining("latin.txt is not UTF-8");
    Path damaged = Files.writeString(folder.resolve("damaged.txt.gz"), "this is no gzip");
    assertThatThrownBy(() -> reader.monolingual(List.of(damaged)))
        .hasMessageContaining("damaged.txt.gz cannot be read");
  }

  @Test
  void evaluationDataIsRefusedByItsPathThroughLinksToo() throws IOException {
    Path inEval = file("eval/bitext/de-en.tsv", "de\ten\nJa.\tYes.\n");
    assertThatThrownBy(() -> reader.parallel(List.of(inEval), "de"))
        .hasMessageContaining("ISO-403");
    Path link = Files.createSymbolicLink(folder.resolve("innocent.tsv"), inEval);
    assertThatThrownBy(() -> reader.parallel(List.of(link), "de")).hasMessageContaining("ISO-403");
  }

  @Test
  void aCopyOfEvaluationDataIsRefusedByItsDigest() throws IOException {
    String text = "Guten Morgen.\nJa.\n";
    file("suite/de.txt", text);
    Path copy = file("elsewhere/de.txt.gz", text);
    assertThat(reader.monolingual(List.of(copy)).sentences()).hasSize(2);
    EvaluationGuard guard = EvaluationGuard.of(List.of(folder.resolve("suite")));
    assertThatThrownBy(() -> new TrainingReader(guard).monolingual(List.of(copy)))
        .hasMessageContaining("ISO-403")
        .hasMessageContaining("suite");
  }
}
