package org.isogloss.trainer.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.audit.AuditedFile.Kind;
import org.isogloss.trainer.data.EvaluationGuard;
import org.isogloss.trainer.data.TrainingReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageAuditTest {
  @TempDir Path folder;
  private TokenizerSource backbone;

  @BeforeEach
  void aBackboneThatKnowsFewWords() throws IOException {
    List<String> pieces =
        List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "river", ".");
    write("backbone/vocab.txt", pieces.stream());
    write("backbone/tokenizer_config.json", Stream.of("{\"do_lower_case\": false}"));
    backbone = TokenizerSource.find(folder.resolve("backbone"));
  }

  private void write(String name, Stream<String> lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, lines.toList());
  }

  private LanguageAudit audit(String language) {
    return audit(language, false);
  }

  private LanguageAudit audit(String language, boolean lends) {
    return LanguageAudit.of(
        language,
        folder.resolve("train"),
        backbone,
        new TrainingReader(EvaluationGuard.byPath()),
        lends);
  }

  @Test
  void filesAreCountedWithRepetitionsLabelsAndLicences() throws IOException {
    write("train/mono/de.txt", Stream.of("the river .", "The  river.", "the river unknown word ."));
    write(
        "train/parallel/strings/de-en.tsv",
        Stream.concat(
            Stream.of("de\ten"),
            IntStream.range(0, 30).mapToObj(i -> "Datei " + i + "\tFile " + i)));
    write(
        "SOURCES.tsv",
        Stream.of(
            "file\tsource\tlicence\trows",
            "mono/de.txt\tone\tCC0 1.0\t1",
            "mono/de.txt\ttwo\tMIT\t2",
            "mono/fr.txt\ttwo\tMIT\t9"));
    LanguageAudit audit = audit("de");
    assertThat(audit.files())
        .containsExactly(
            new AuditedFile(
                "mono/de.txt",
                Kind.PLAIN_TEXT,
                3,
                1,
                3,
                2 / 3.0,
                List.of("MIT (2)", "CC0 1.0 (1)")),
            new AuditedFile(
                "parallel/strings/de-en.tsv", Kind.TRANSLATIONS, 30, 0, 2, 1, List.of()));
    assertThat(audit.coverage().words()).isEqualTo(11);
    assertThat(audit.coverage().unknownWords()).isEqualTo(3);
  }

  @Test
  void stepsFollowFromWhatThereIs() throws IOException {
    write("train/mono/am.txt", IntStream.range(0, 300).mapToObj(i -> "word " + i + " of many"));
    write(
        "train/parallel/health/am-en.tsv",
        Stream.concat(
            Stream.of("am\ten"),
            IntStream.range(0, 2_500)
                .mapToObj(i -> "a longer sentence with number " + i + "\tsentence " + i)));
    assertThat(audit("am").steps())
        .filteredOn(PlannedStep::taken)
        .extracting(PlannedStep::what)
        .containsExactly(
            "tokenizer",
            "start lexical",
            "align, closed form",
            "align, adapter of bottleneck 64",
            "table learns at alignment");
    assertThat(audit("am").hours()).isPositive();
    write("train/mono/en.txt", Stream.of("the river ."));
    assertThat(audit("en").steps()).noneMatch(PlannedStep::taken);
    assertThat(audit("en").steps()).noneMatch(step -> step.what().startsWith("align"));
  }

  @Test
  void aSentenceEncodingOfEnglishIsTriedWhereTranslationsCanTellWhetherItHelps()
      throws IOException {
    write("train/mono/nl.txt", IntStream.range(0, 600).mapToObj(i -> "word " + i + " of many"));
    write("train/mono/fy.txt", IntStream.range(0, 50).mapToObj(i -> "word " + i + " of many"));
    for (String language : List.of("nl", "fy")) {
      translations(language);
    }
    write("train/mono/de.txt", IntStream.range(0, 600).mapToObj(i -> "word " + i + " of many"));
    assertThat(lent("nl", true)).contains(true);
    assertThat(lent("nl", false)).as("English has none").isEmpty();
    assertThat(lent("fy", true)).as("too little text to whiten").contains(false);
    assertThat(lent("de", true)).as("no translations to judge by").contains(false);
  }

  private void translations(String language) throws IOException {
    write(
        "train/parallel/health/" + language + "-en.tsv",
        Stream.concat(
            Stream.of(language + "\ten"),
            IntStream.range(0, 2_100)
                .mapToObj(i -> "a longer sentence with number " + i + "\tsentence " + i)));
  }

  private Optional<Boolean> lent(String language, boolean lends) {
    return taken(language, lends, "encode, lent");
  }

  @Test
  void plainTextTeachesSentenceEncodingWhereAFewParaphrasesCanScoreIt() throws IOException {
    for (String language : List.of("nl", "fy", "li")) {
      write(
          "train/mono/" + language + ".txt",
          IntStream.range(0, 600).mapToObj(i -> "word " + i + " of many"));
      translations(language);
    }
    paraphrases("nl", 60);
    paraphrases("fy", 40);
    paraphrases("li", 1_200);
    assertThat(taken("nl", "encode, unsupervised")).contains(true);
    assertThat(taken("fy", "encode, unsupervised")).as("too few to score").contains(false);
    assertThat(taken("li", "encode, unsupervised")).isEmpty();
    assertThat(taken("li", "encode, contrastive")).contains(true);
  }

  private void paraphrases(String language, int count) throws IOException {
    write(
        "train/paraphrase/" + language + ".tsv",
        Stream.concat(
            Stream.of("sentence1\tsentence2"),
            IntStream.range(0, count).mapToObj(i -> "one way to say " + i + "\tanother for " + i)));
  }

  private Optional<Boolean> taken(String language, String what) {
    return taken(language, false, what);
  }

  private Optional<Boolean> taken(String language, boolean englishLends, String what) {
    return audit(language, englishLends).steps().stream()
        .filter(step -> step.what().startsWith(what))
        .map(PlannedStep::taken)
        .findFirst();
  }

  @Test
  void aLanguageWithoutDataIsRefused() {
    assertThatThrownBy(() -> audit("xx"))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LITTLE_DATA));
  }
}
