package org.isogloss.streams.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;
import org.junit.jupiter.api.Test;

class RunRecordTest {
  private static final ModuleSelection GERMAN =
      new ModuleSelection(
          "de",
          Optional.of(RunRecords.module("language/de@1")),
          Optional.of(RunRecords.module("alignment/de@2")));
  private static final ModuleSelection ENGLISH =
      new ModuleSelection("en", Optional.of(RunRecords.module("language/en@1")), Optional.empty());
  private static final List<Score> SCORES =
      List.of(RunRecords.score(Metric.CROSS_LINGUAL_SIMILARITY, "toy", "de-en", 12.5));

  @Test
  void aRecordIsReadAsItWasWritten() {
    RunRecord run =
        RunRecords.of(
            List.of("de", "en"),
            List.of(GERMAN, ENGLISH),
            SCORES,
            new TreeMap<>(
                Map.of(
                    new VectorOrigin("classes-then", "workers"), 4,
                    new VectorOrigin("classes-now", "direct"), 3)));
    assertThat(RunRecord.parse(run.json(), "here")).isEqualTo(run);
    assertThat(run.madeBy()).isEqualTo("3 by classes-now (direct), 4 by classes-then (workers)");
    assertThat(run.routes()).isEqualTo("direct workers");
  }

  @Test
  void aRecordFromBeforeOriginsSaysThatTheyAreNotRecorded() throws JsonProcessingException {
    RunRecord run = RunRecords.of(List.of("en"), List.of(ENGLISH), SCORES);
    ObjectNode older = (ObjectNode) new JsonMapper().readTree(run.json());
    older.remove("origins");
    RunRecord read = RunRecord.parse(older.toString(), "here");
    assertThat(read).isEqualTo(run);
    assertThat(read.madeBy()).isEqualTo("not recorded");
    assertThat(read.routes()).isEqualTo("direct");
  }

  @Test
  void itNamesTheFileOfEveryLanguagesVectorsInEitherView() throws JsonProcessingException {
    RunRecord run = RunRecords.of(List.of("de", "en", "fr"), List.of(GERMAN, ENGLISH), SCORES);
    JsonNode vectors = new JsonMapper().readTree(run.json()).required("vectors");
    assertThat(vectors.fieldNames()).toIterable().containsExactly("de", "en", "fr");
    assertThat(name(vectors, "de", "MONOLINGUAL")).matches("de\\.mono\\.[0-9a-f]{24}\\.vectors");
    assertThat(name(vectors, "de", "CROSS_LINGUAL")).matches("de\\.cross\\.[0-9a-f]{24}\\.vectors");
    // Without an alignment both views are one.
    for (String language : List.of("en", "fr")) {
      assertThat(name(vectors, language, "MONOLINGUAL"))
          .startsWith(language + ".cross.")
          .isEqualTo(name(vectors, language, "CROSS_LINGUAL"));
    }
  }

  private static String name(JsonNode vectors, String language, String view) {
    return vectors.required(language).required(view).asText();
  }

  @Test
  void aLanguageForWhichNothingIsSelectedIsNoPartOfTheIdentity() {
    EncoderIdentity said =
        EncoderIdentity.of(
            RunRecords.ENCODER, List.of(GERMAN, ENGLISH, ModuleSelection.none("fr")));
    EncoderIdentity unsaid = EncoderIdentity.of(RunRecords.ENCODER, List.of(ENGLISH, GERMAN));
    assertThat(said).isEqualTo(unsaid);
    assertThat(said.digest()).isEqualTo(unsaid.digest());
    assertThat(EncoderIdentity.of(RunRecords.ENCODER, List.of(ENGLISH)).digest())
        .isNotEqualTo(said.digest());
    assertThat(said.selection("fr")).isEqualTo(ModuleSelection.none("fr"));
  }
}
