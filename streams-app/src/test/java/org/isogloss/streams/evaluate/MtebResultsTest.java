package org.isogloss.streams.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MtebResultsTest {
  @TempDir Path folder;

  @Test
  void tasksSubsetsAndLanguagesHaveTheNamesOfMteb() throws IOException {
    Metric across = Metric.CROSS_LINGUAL_SIMILARITY;
    Metric within = Metric.MONOLINGUAL_SIMILARITY;
    List<Score> scores =
        List.of(
            RunRecords.score(across, "sts17/track2", "en-ar", 1),
            RunRecords.score(within, "sts17/track3", "es", 2),
            RunRecords.score(across, "sts17/track4a", "es-en", 3),
            RunRecords.score(across, "sts17/track4b", "es-en", 4),
            RunRecords.score(across, "sts17/track6", "en-tr", 5),
            RunRecords.score(within, "str24", "am", 6),
            RunRecords.score(within, "stsb-mt", "zh", 7),
            RunRecords.score(across, "stsb-mt", "de-en", 8),
            RunRecords.score(Metric.BITEXT_F1_BY_COSINE, "tatoeba", "zh-en", 9),
            RunRecords.score(Metric.BITEXT_F1_BY_COSINE, "tatoeba", "en-zh", 10),
            RunRecords.score(Metric.MONOLINGUAL_ACCURACY, "sib200", "de", 11));
    assertThat(subsets(RunRecords.of(List.of("de", "en"), List.of(), scores)))
        .containsExactlyInAnyOrder(
            "STS17 en-ar eng-Latn ara-Arab 0.01",
            "STS17 es-es spa-Latn 0.02",
            // MTEB's es-en is one of the two; its definition does not say which.
            "STS17 track4a.es-en spa-Latn eng-Latn 0.03",
            "STS17 track4b.es-en spa-Latn eng-Latn 0.04",
            "STS17 en-tr eng-Latn tur-Latn 0.05",
            "SemRel24STS amh amh-Ethi 0.06",
            "STSBenchmarkMultilingualSTS zh cmn-Hans 0.07",
            "STSBenchmarkMultilingualSTS de-en deu-Latn eng-Latn 0.08",
            "Tatoeba cmn-eng cmn-Hans eng-Latn 0.09",
            "Tatoeba en-zh eng-Latn cmn-Hans 0.1",
            "sib200 de deu-Latn 0.11");
  }

  @Test
  void aSubsetSaysItsViewAndWhoseAlignmentActed() throws IOException {
    List<ModuleSelection> modules =
        List.of(
            new ModuleSelection(
                "de",
                Optional.of(RunRecords.module("language/de@1")),
                Optional.of(RunRecords.module("alignment/de@2"))));
    List<Score> scores = new ArrayList<>();
    for (View view : View.values()) {
      for (String language : List.of("de", "en")) {
        scores.add(
            new Score(
                Metric.MONOLINGUAL_SIMILARITY, "toy", view, language, 9, new Score.Value(50)));
      }
    }
    scores.add(RunRecords.score(Metric.CROSS_LINGUAL_SIMILARITY, "toy", "de-en", 50));
    List<String> said = new ArrayList<>();
    for (JsonNode subset : read(RunRecords.of(List.of("de", "en"), modules, scores)).getFirst()) {
      said.add(
          String.join(
              ", ",
              subset.required("hf_subset").asText(),
              subset.required("view").asText(),
              subset.required("alignment").asText()));
    }
    assertThat(said)
        .containsExactlyInAnyOrder(
            "de, monolingual, none",
            "de, cross-lingual, de",
            "en, monolingual, none",
            "en, cross-lingual, none",
            "de-en, cross-lingual, de");
  }

  /** Task, subset, languages and main score. */
  private List<String> subsets(RunRecord run) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : MtebResults.write(run, folder)) {
      JsonNode root = new JsonMapper().readTree(file.toFile());
      assertThat(file.getFileName()).hasToString(root.required("task_name").asText() + ".json");
      for (JsonNode subset : root.required("scores").required("test")) {
        List<String> languages = new ArrayList<>();
        subset.required("languages").forEach(language -> languages.add(language.asText()));
        lines.add(
            "%s %s %s %s"
                .formatted(
                    root.required("task_name").asText(),
                    subset.required("hf_subset").asText(),
                    String.join(" ", languages),
                    subset.required("main_score").asText()));
      }
    }
    return lines;
  }

  /** The subsets of each task. */
  private List<JsonNode> read(RunRecord run) throws IOException {
    List<JsonNode> tasks = new ArrayList<>();
    for (Path file : MtebResults.write(run, folder)) {
      tasks.add(new JsonMapper().readTree(file.toFile()).required("scores").required("test"));
    }
    return tasks;
  }
}
