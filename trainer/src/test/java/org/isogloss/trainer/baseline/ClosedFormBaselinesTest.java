package org.isogloss.trainer.baseline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.trainer.fit.FitListener;
import org.isogloss.trainer.fit.PooledSentences;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClosedFormBaselinesTest {
  @TempDir Path folder;

  private static String english(int i) {
    return "House number %d has %d doors.".formatted(i, i % 7);
  }

  /** Upper case: another tokenisation and so other vectors, of the same meaning. */
  private static String foreign(int i) {
    return english(i).toUpperCase(Locale.ROOT);
  }

  private static List<String> pairs(int from, int to, String header) {
    List<String> lines = new ArrayList<>(List.of(header));
    for (int i = from; i < to; i++) {
      String id = header.startsWith("id") ? "t" + i + "\t" : "";
      lines.add(id + foreign(i) + "\t" + english(i));
    }
    return lines;
  }

  private void write(String name, List<String> lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    byte[] bytes = (String.join("\n", lines) + "\n").getBytes(UTF_8);
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
      out.write(bytes);
    }
  }

  private void classification(String language, List<String> texts) throws IOException {
    List<String> lines = new ArrayList<>(List.of("id\tlabel\ttext"));
    for (int i = 0; i < texts.size(); i++) {
      lines.add(100 + i + "\ttopic\t" + texts.get(i));
    }
    write("eval/classification/topics/" + language + ".test.tsv", lines);
  }

  @Test
  void whatIsFittedOnTrainingTextIsMeasuredInAndOutOfDomain() throws IOException {
    write("eval/bitext/set/xx-en.tsv", pairs(0, 40, "id\txx\ten"));
    List<String> there = new ArrayList<>();
    List<String> here = new ArrayList<>();
    List<String> plain = new ArrayList<>();
    List<String> plainEnglish = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      there.add(foreign(500 + i));
      here.add(english(500 + i));
      plain.add(foreign(2000 + i));
      plainEnglish.add(english(3000 + i));
    }
    classification("xx", there);
    classification("en", here);
    write("train/mono/xx.txt.gz", plain);
    write("train/mono/en.txt.gz", plainEnglish);
    write("train/parallel/first/xx-en.tsv.gz", pairs(1000, 1100, "xx\ten"));
    write("train/parallel/second/xx-en.tsv.gz", pairs(1050, 1300, "xx\ten"));
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    BaselinePlan plan =
        new BaselinePlan(
            folder.resolve("eval"),
            folder.resolve("train"),
            List.of("xx"),
            List.of("xx"),
            List.of("first", "second"),
            50,
            220,
            16,
            30,
            7);
    List<LanguageBaseline> heard = new ArrayList<>();
    List<LanguageBaseline> results;
    try (Backbone backbone = Backbone.open(folder.resolve("tiny"));
        TorchEncoder encoder =
            TorchEncoder.open(backbone, EncoderOptions.onCpu(2).withThreads(1))) {
      results =
          new ClosedFormBaselines(plan, new PooledSentences(encoder, 2, FitListener.silent()))
              .run(heard::add);
    }
    assertThat(heard).isEqualTo(results);
    LanguageBaseline result = results.getFirst();
    assertThat(result.preferredPairs()).isEqualTo(100);
    assertThat(result.pairs()).isEqualTo(220);
    assertThat(result.inDomain()).containsOnlyKeys(Treatment.values());
    assertThat(result.outOfDomain()).containsOnlyKeys(Treatment.values());
    assertThat(result.inDomain().get(Treatment.RIDGE))
        .isLessThan(result.inDomain().get(Treatment.RAW));
    assertThat(BaselineTable.markdown(results))
        .contains("| bare backbone | %.1f |".formatted(result.inDomain().get(Treatment.RAW)))
        .contains("| xx | 220 (100) |");
  }
}
