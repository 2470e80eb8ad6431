package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TestCheckpoints;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parity with plain PyTorch, kind by kind: {@code checkpoints_golden.py} is the reference. */
class CheckpointsTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Golden(String text, int[] ids, double[] vector) {}

  @ParameterizedTest
  @ValueSource(strings = {"xlm-r", "e5", "labse"})
  void tokensAndVectorsEqualTheReferenceAloneAndTogether(String kind) throws IOException {
    Path directory = TestCheckpoints.copy(kind, folder.resolve(kind));
    List<Golden> golden = golden(directory);
    try (Backbone backbone = Backbone.open(directory);
        TorchEncoder encoder = TorchEncoder.open(backbone, options(backbone, 2))) {
      List<TokenizedSentence> sentences = new ArrayList<>();
      for (Golden each : golden) {
        TokenizedSentence sentence = prepare(encoder, each.text());
        assertThat(sentence.tokens().toArray()).as(each.text()).containsExactly(each.ids());
        sentences.add(sentence);
        check(encoder.encode(List.of(sentence)), List.of(each));
      }
      check(encoder.encode(sentences), golden);
    }
  }

  @Test
  void aCheckpointSaysHowItIsPooled() throws IOException {
    try (Backbone labse = Backbone.open(TestCheckpoints.copy("labse", folder.resolve("labse")));
        Backbone e5 = Backbone.open(TestCheckpoints.copy("e5", folder.resolve("e5")))) {
      assertThat(labse.recipe().pooling()).isEqualTo(Pooling.CLS);
      assertThat(labse.head()).isPresent();
      assertThat(e5.recipe().pooling()).isEqualTo(Pooling.MEAN);
      assertThat(e5.head()).isEmpty();
      assertThat(e5.recipe().textPrefix()).isEqualTo("query: ");
    }
  }

  @Test
  void anEncoderThatIsCutShortDoesWithoutTheDenseLayer() throws IOException {
    Path with = TestCheckpoints.copy("labse", folder.resolve("with"));
    Path without = TestCheckpoints.copy("labse", folder.resolve("without"));
    Files.delete(without.resolve("modules.json"));
    try (Backbone dense = Backbone.open(with);
        Backbone bare = Backbone.open(without);
        TorchEncoder cut = TorchEncoder.open(dense, options(dense, 1));
        TorchEncoder plain = TorchEncoder.open(bare, options(dense, 1))) {
      assertThat(vector(cut, "yes , no")).isEqualTo(vector(plain, "yes , no"));
    }
  }

  @Test
  void aPrefixDoesNotMakeATextOfNothing() throws IOException {
    Path directory = TestCheckpoints.copy("e5", folder.resolve("e5"));
    try (Backbone backbone = Backbone.open(directory);
        TorchEncoder encoder = TorchEncoder.open(backbone, options(backbone, 2))) {
      assertThat(encoder.prepare(new SentenceRequest("  ", "en", Set.of(View.CROSS_LINGUAL))))
          .isInstanceOfSatisfying(
              Rejected.class, none -> assertThat(none.code()).isEqualTo(ErrorCode.UNTOKENIZABLE));
    }
  }

  private static EncoderOptions options(Backbone backbone, int layers) {
    return new EncoderOptions(
        layers, backbone.recipe().pooling(), Device.CPU, Precision.FP32, 40, 1);
  }

  private static TokenizedSentence prepare(TorchEncoder encoder, String text) {
    return (TokenizedSentence)
        encoder.prepare(new SentenceRequest(text, "en", Set.of(View.CROSS_LINGUAL)));
  }

  private static float[] vector(TorchEncoder encoder, String text) {
    return ((Encoded) encoder.encode(List.of(prepare(encoder, text))).getFirst())
        .vector(View.CROSS_LINGUAL)
        .values();
  }

  private static void check(List<EncodeOutcome> outcomes, List<Golden> golden) {
    for (int row = 0; row < golden.size(); row++) {
      float[] vector = ((Encoded) outcomes.get(row)).vector(View.CROSS_LINGUAL).values();
      double[] expected = golden.get(row).vector();
      assertThat(vector).hasSameSizeAs(expected);
      for (int i = 0; i < vector.length; i++) {
        assertThat((double) vector[i])
            .as("%s, value %d", golden.get(row).text(), i)
            .isCloseTo(expected[i], within(TOLERANCE));
      }
    }
  }

  private static List<Golden> golden(Path directory) throws IOException {
    List<Golden> golden = new ArrayList<>();
    JsonNode cases =
        new ObjectMapper().readTree(Files.readAllBytes(directory.resolve("golden.json")));
    for (JsonNode each : cases) {
      JsonNode ids = each.required("ids");
      JsonNode vector = each.required("vector");
      golden.add(
          new Golden(
              each.required("text").textValue(),
              IntStream.range(0, ids.size()).map(i -> ids.get(i).intValue()).toArray(),
              IntStream.range(0, vector.size())
                  .mapToDouble(i -> vector.get(i).doubleValue())
                  .toArray()));
    }
    return golden;
  }
}
