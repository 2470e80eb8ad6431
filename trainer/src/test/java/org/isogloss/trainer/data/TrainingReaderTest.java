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

  private void aSuite() throws IOException {
    file(
        "suite/sts/stsb/de.test.tsv",
        "id\tscore\tsentence1\tsentence2\n7\t4.0\tDie STRASSE ist nass!\tEs hat geregnet.\n");
    file("suite/bitext/tatoeba/de-en.tsv", "id\tde\ten\n0\tJa.\tYes, I do.\n");
  }

  @Test
  void aLineThatStandsInASuiteIsRefusedWhateverItsForm() throws IOException {
    aSuite();
    EvaluationGuard guard = EvaluationGuard.of(List.of(folder.resolve("suite")));
    TrainingReader guarded = new TrainingReader(guard);
    Path text = file("mono/de.txt.gz", "Guten Morgen.\n\u201Edie Straße ist NASS\u201C\nEs hat.\n");
    assertThatThrownBy(() -> guarded.monolingual(List.of(text)))
        .hasMessageContaining("ISO-403")
        .hasMessageContaining("de.txt.gz: 1 lines stand in an evaluation suite: line 2 (")
        .hasMessageContaining("de.test.tsv, line 2)");
    Path pairs = file("p.tsv", "de\ten\nDoch.\tyes i do\nNein.\tNo.\n7\t4.0\n");
    assertThatThrownBy(() -> guarded.parallel(List.of(pairs), "de"))
        .hasMessageContaining("p.tsv: 1 lines")
        .hasMessageContaining("line 2 (")
        .hasMessageContaining("de-en.tsv, line 2)");
    Path paraphrases = file("q.tsv", "sentence1\tsentence2\nRegen fiel.\tEs hat geregnet\n");
    assertThatThrownBy(() -> guarded.paraphrases(List.of(paraphrases)))
        .hasMessageContaining("q.tsv: 1 lines");
    assertThat(guarded.monolingual(List.of(file("ok.txt", "Es hat nicht geregnet.\n"))).files())
        .allMatch(read -> read.leakedRows() == 0);
  }

  @Test
  void anAllowedLeakIsCountedAndStandsInTheLineage() throws IOException {
    aSuite();
    EvaluationGuard guard =
        EvaluationGuard.of(List.of(folder.resolve("suite"))).with(Leaks.ALLOWED);
    TrainingReader reading = new TrainingReader(guard);
    MonolingualCorpus corpus =
        reading.monolingual(List.of(file("de.txt", "Ja\nNein.\nEs hat geregnet\n")));
    assertThat(corpus.files().getFirst().leakedRows()).isEqualTo(2);
    assertThat(DataFile.lineage(corpus.files()).get("data_1")).endsWith("rows:3 leaked:2");
    Path copy = file("eval/de.txt", "Guten Morgen.\nUnd gute Nacht.\n");
    assertThat(reading.monolingual(List.of(copy)).files().getFirst().leakedRows()).isEqualTo(2);
  }

  @Test
  void leaksThatAreLeftOutAreCountedAndTheRestIsRead() throws IOException {
    aSuite();
    TrainingReader reading =
        new TrainingReader(
            EvaluationGuard.of(List.of(folder.resolve("suite"))).with(Leaks.LEFT_OUT));
    Path text = file("p.tsv", "de\ten\nDoch.\tyes i do\nNein.\tNo.\nja\tYes.\n");
    ParallelCorpus corpus = reading.parallel(List.of(text), "de");
    assertThat(corpus.pairs()).containsExactly(new SentencePair("Nein.", "No."));
    assertThat(DataFile.lineage(corpus.files()).get("data_1")).endsWith("rows:1 left_out:2");
    assertThat(DataFile.contents(corpus.files()))
        .isNotEqualTo(DataFile.contents(reader.parallel(List.of(text), "de").files()));
    assertThat(reading.monolingual(List.of(file("de.txt", "Ja\nNein.\n"))).sentences())
        .containsExactly("Nein.");
    Path copy = file("eval/de.txt", "Guten Morgen.\n");
    assertThatThrownBy(() -> reading.monolingual(List.of(copy))).hasMessageContaining("ISO-403");
  }
}
