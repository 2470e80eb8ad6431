package org.isogloss.metrics.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteReaderTest {
  @TempDir Path folder;

  @Test
  void aSuiteHoldsEverySetOfItsFolder() throws IOException {
    write(
        "sts/demo/en.test.tsv",
        "id\tscore\tsentence1\tsentence2",
        "1\t5\ta\tb",
        "2\t0.5\tc\td",
        "7\t1\ti\tj");
    write(
        "sts/demo/de.test.tsv",
        "id\tscore\tsentence1\tsentence2",
        "2\t0.5\tC\tD",
        "8\t1\tK\tL",
        "1\t5\tA\tB");
    write("sts/demo/fr.test.tsv", "id\tscore\tsentence1\tsentence2", "9\t5\tx\ty");
    write("sts/demo/en.dev.tsv", "id\tscore\tsentence1\tsentence2", "3\t1\te\tf");
    write("sts/tracks/track1.ar-en.tsv", "id\tscore\tsentence1\tsentence2", "1\t2\tg\th");
    write("classification/topics/en.train.tsv", "id\tlabel\ttext", "1\tsport\tball");
    write("classification/topics/en.test.tsv", "id\tlabel\ttext", "2\tfood\tbread");
    write(
        "classification/topics/de.test.tsv", "id\tlabel\ttext", "2\tfood\tBrot", "1\tsport\tBall");
    write("bitext/pairs/de-en.tsv", "id\tde\ten", "1\tHaus\thouse");

    Suite suite = SuiteReader.read(folder, "paper");

    assertThat(suite.sets())
        .extracting(EvaluationSet::name)
        .containsExactly("demo", "demo", "tracks/track1", "topics", "pairs");
    assertThat(suite.languages()).containsExactly("ar", "de", "en", "fr");
    SimilaritySet test =
        suite.sets().stream()
            .filter(SimilaritySet.class::isInstance)
            .map(SimilaritySet.class::cast)
            .filter(s -> s.split() == Split.TEST)
            .findFirst()
            .orElseThrow();
    assertThat(test.alignedPairs())
        .singleElement()
        .satisfies(
            pair -> {
              assertThat(pair.left()).isEqualTo("de");
              assertThat(pair.right()).isEqualTo("en");
              assertThat(pair.leftItems()).extracting(ScoredPair::id).containsExactly("2", "1");
              assertThat(pair.rightItems()).extracting(ScoredPair::first).containsExactly("c", "a");
            });
    ClassificationSet topics = (ClassificationSet) suite.sets().get(3);
    assertThat(topics.isParallel(topics.languages())).isTrue();
    assertThat(topics.alignedPairs(topics.languages()))
        .singleElement()
        .satisfies(
            pair -> {
              assertThat(pair.leftItems())
                  .extracting(LabelledText::text)
                  .containsExactly("Ball", "Brot");
              assertThat(pair.rightItems())
                  .extracting(LabelledText::text)
                  .containsExactly("ball", "bread");
            });
    assertThat(topics.corpus("de")).extracting(LabelledText::text).containsExactly("Ball", "Brot");
  }

  @Test
  void theDigestChangesWithAnyContentAndWithNothingElse() throws IOException {
    write("bitext/pairs/de-en.tsv", "id\tde\ten", "1\tHaus\thouse");
    Suite first = SuiteReader.read(folder, "paper");
    assertThat(SuiteReader.read(folder, "other").digest()).isEqualTo(first.digest());
    write("bitext/pairs/de-en.tsv", "id\tde\ten", "1\tHaus\thome");
    assertThat(SuiteReader.read(folder, "paper").digest()).isNotEqualTo(first.digest());
  }

  @Test
  void malformedRowsAreNamedByFileAndLine() throws IOException {
    String header = "id\tscore\tsentence1\tsentence2";
    refuses("1\t2\tonly three", "line 3: 3 cells, not 4", header);
    refuses("0\t2\ta\tb", "line 3: the id 0 stands twice", header);
    refuses("1\t5.5\ta\tb", "line 3: the score is outside [0, 5]", header);
    refuses("1\t-1\ta\tb", "line 3: the score is outside [0, 5]", header);
    refuses("1\tNaN\ta\tb", "line 3: the score is outside [0, 5]", header);
    refuses("1\thigh\ta\tb", "line 3: the score is not a number", header);
    refuses("1\t2\t \tb", "line 3: the cell sentence1 is empty", header);
    refuses("1\t2\ta\tb", "line 1: the header must be", "id\tscore\ta\tb");
  }

  @Test
  void anItemHasOneScoreInAllItsLanguagesUpToRounding() throws IOException {
    String header = "id\tscore\tsentence1\tsentence2";
    write("sts/demo/de.test.tsv", header, "1\t4.222\tA\tB", "2\t3\tC\tD");
    write("sts/demo/en.test.tsv", header, "9\t1\te\tf", "1\t4.22199999999999\ta\tb");
    // Another split is another set.
    write("sts/demo/en.dev.tsv", header, "2\t1\tc\td");
    assertThat(SuiteReader.read(folder, "x").sets()).hasSize(2);
    write("sts/demo/en.test.tsv", header, "9\t1\te\tf", "2\t3.1\tc\td");
    assertThatThrownBy(() -> SuiteReader.read(folder, "x"))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("en.test.tsv, line 3: the item 2 has the score 3.1, but 3")
        .hasMessageContaining("in de.test.tsv, line 3");
  }

  @Test
  void anIdInTwoSplitsOfALanguageIsRefused() throws IOException {
    String header = "id\tlabel\ttext";
    write("classification/topics/en.train.tsv", header, "1\tsport\tball", "2\tfood\tbread");
    write("classification/topics/en.test.tsv", header, "3\tfood\ttea");
    write("classification/topics/de.test.tsv", header, "1\tsport\tBall");
    assertThat(SuiteReader.read(folder, "x").sets()).hasSize(1);
    write("classification/topics/en.train.tsv", header, "1\tsport\tball", "3\tfood\tbread");
    assertThatThrownBy(() -> SuiteReader.read(folder, "x"))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("en.train.tsv, line 3: the id 3 stands in en.test.tsv, line 2 too");
  }

  @Test
  void aFileWithAnUnexpectedNameOrNoSuiteAtAllIsRefused() throws IOException {
    assertThatThrownBy(() -> SuiteReader.read(folder, "x")).hasMessageContaining("has none of");
    assertThatThrownBy(() -> SuiteReader.read(folder.resolve("no"), "x"))
        .hasMessageContaining("ISO-123");
    write("bitext/pairs/notes.txt", "hello");
    assertThatThrownBy(() -> SuiteReader.read(folder, "x"))
        .hasMessageContaining("not named as LEFT-RIGHT.tsv");
  }

  private void refuses(String row, String expected, String header) throws IOException {
    write("sts/demo/en.test.tsv", header, "0\t1\ta\tb", row);
    assertThatThrownBy(() -> SuiteReader.read(folder, "x"))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("en.test.tsv, " + expected);
  }

  private void write(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, String.join("\n", lines) + "\n");
  }
}
