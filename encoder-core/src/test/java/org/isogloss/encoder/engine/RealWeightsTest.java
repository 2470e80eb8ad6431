package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RealBackbone;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.Test;

/** Parity with plain PyTorch on the same weights; {@code mbert-golden.json} is the reference's. */
class RealWeightsTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final double TOLERANCE = 1e-5;

  private record Golden(String text, List<Integer> ids, float[] mean8, float[] mean12) {}

  @Test
  void tokensAndVectorsEqualTheReferenceAloneAndInAnyBatch() throws IOException {
    List<Golden> golden = golden();
    try (Backbone backbone = RealBackbone.open()) {
      for (int layers : new int[] {8, 12}) {
        try (TorchEncoder encoder = TorchEncoder.open(backbone, EncoderOptions.onCpu(layers))) {
          List<TokenizedSentence> sentences = new ArrayList<>();
          for (Golden each : golden) {
            TokenizedSentence sentence = prepare(encoder, each.text());
            assertThat(sentence.tokens().toArray())
                .as(each.text())
                .containsExactly(each.ids().stream().mapToInt(Integer::intValue).toArray());
            sentences.add(sentence);
          }
          check(encoder, sentences, golden, layers, "all together");
          for (int i = 0; i < golden.size(); i++) {
            check(encoder, List.of(sentences.get(i)), List.of(golden.get(i)), layers, "alone " + i);
          }
          Random random = new Random(SEED);
          for (int round = 0; round < 5; round++) {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < golden.size(); i++) {
              order.add(i);
            }
            Collections.shuffle(order, random);
            List<Integer> some = order.subList(0, 1 + random.nextInt(golden.size()));
            check(
                encoder,
                some.stream().map(sentences::get).toList(),
                some.stream().map(golden::get).toList(),
                layers,
                "seed %d, round %d".formatted(SEED, round));
          }
        }
      }
    }
  }

  private static void check(
      TorchEncoder encoder,
      List<TokenizedSentence> batch,
      List<Golden> golden,
      int layers,
      String description) {
    List<EncodeOutcome> outcomes = encoder.encode(batch);
    for (int row = 0; row < batch.size(); row++) {
      float[] vector = ((Encoded) outcomes.get(row)).vector(View.CROSS_LINGUAL).values();
      float[] expected = layers == 8 ? golden.get(row).mean8() : golden.get(row).mean12();
      double norm = 0;
      for (float v : expected) {
        norm += (double) v * v;
      }
      norm = Math.sqrt(norm);
      for (int i = 0; i < vector.length; i++) {
        assertThat((double) vector[i])
            .as("%s, %d layers, row %d, value %d", description, layers, row, i)
            .isCloseTo(expected[i] / norm, within(TOLERANCE));
      }
    }
  }

  private static TokenizedSentence prepare(TorchEncoder encoder, String text) {
    return (TokenizedSentence)
        encoder.prepare(new SentenceRequest(text, "en", Set.of(View.CROSS_LINGUAL)));
  }

  private static List<Golden> golden() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(RealWeightsTest.class.getResourceAsStream("mbert-golden.json"))) {
      List<Golden> golden = new ArrayList<>();
      for (JsonNode node : new ObjectMapper().readTree(in).required("cases")) {
        List<Integer> ids = new ArrayList<>();
        node.required("ids").forEach(id -> ids.add(id.intValue()));
        golden.add(
            new Golden(
                node.required("text").textValue(),
                ids,
                floats(node.required("mean8")),
                floats(node.required("mean12"))));
      }
      return golden;
    }
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }
}
