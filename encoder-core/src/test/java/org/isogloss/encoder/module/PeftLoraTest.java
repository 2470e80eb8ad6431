package org.isogloss.encoder.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.backbone.SafetensorsWriter;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeftLoraTest {
  private static final String PLAIN =
      "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, \"bias\": \"none\", \"rank_pattern\": {}}";

  private static final int RANK = 2;
  private static final int WIDTH = 3;

  /** Inputs of a feed-forward block's second matrix. */
  private static final int FEED_FORWARD = 5;

  private static final BackboneConfig BACKBONE = backbone(WIDTH, FEED_FORWARD);

  @TempDir Path folder;

  @Test
  void anAdapterOfPeftBecomesAStageOfAModule() throws IOException {
    write(PLAIN, names(2));
    PeftLora lora = PeftLora.read(folder, ModuleTensors.SENTENCE_ENCODING, BACKBONE);
    assertThat(lora.shape().scale()).isEqualTo(2);
    assertThat(lora.layers()).isEqualTo(2);
    assertThat(lora.shape().targets())
        .containsExactlyInAnyOrder(LinearTarget.QUERY, LinearTarget.OUTPUT);
    assertThat(lora.tensors())
        .containsOnlyKeys(
            "sentence_encoding.0.query.a",
            "sentence_encoding.0.query.b",
            "sentence_encoding.0.output.a",
            "sentence_encoding.0.output.b",
            "sentence_encoding.1.query.a",
            "sentence_encoding.1.query.b",
            "sentence_encoding.1.output.a",
            "sentence_encoding.1.output.b");
  }

  @Test
  void everyValueComesWhereItBelongs() throws IOException {
    write(PLAIN, names(2));
    PeftLora lora = PeftLora.read(folder, ModuleTensors.LANGUAGE_ADAPTATION, BACKBONE);
    // PEFT's lora_A is our A, [rank][inputs], and its lora_B is our B, [outputs][rank]; nothing is
    // transposed. Every value is another one, so that no swap goes unseen.
    for (int layer = 0; layer < 2; layer++) {
      holds(lora, layer, LinearTarget.QUERY, "attention.self.query", WIDTH);
      holds(lora, layer, LinearTarget.OUTPUT, "output.dense", FEED_FORWARD);
    }
    assertThat(Objects.requireNonNull(lora.tensors().get("language_adaptation.1.output.b")))
        .satisfies(
            b -> {
              assertThat(b.shape()).containsExactly(3L, 2L);
              // The eighth tensor of the file, literally.
              assertThat(b.toFloats()).containsExactly(700, 701, 702, 703, 704, 705);
            });
  }

  @Test
  void squareMatricesAreNotTakenForOneAnother() throws IOException {
    // With as many inputs and outputs as ranks, A, B and what is transposed are of one shape.
    Files.writeString(folder.resolve("adapter_config.json"), PLAIN);
    SafetensorsWriter.write(
        folder.resolve("adapter_model.safetensors"),
        Map.of(),
        List.of(
            tensor(name(0, "attention.self.value", "B"), 2, 2, 50),
            tensor(name(0, "attention.self.value", "A"), 2, 2, 60)));
    PeftLora lora = PeftLora.read(folder, ModuleTensors.SENTENCE_ENCODING, backbone(2, 2));
    assertThat(Objects.requireNonNull(lora.tensors().get("sentence_encoding.0.value.a")).toFloats())
        .containsExactly(60, 61, 62, 63);
    assertThat(Objects.requireNonNull(lora.tensors().get("sentence_encoding.0.value.b")).toFloats())
        .containsExactly(50, 51, 52, 53);
  }

  @Test
  void theScaleIsAlphaOverTheRank() throws IOException {
    write(PLAIN.replace("\"lora_alpha\": 4", "\"lora_alpha\": 3"), names(1));
    LoraShape shape = PeftLora.read(folder, ModuleTensors.SENTENCE_ENCODING, BACKBONE).shape();
    assertThat(shape.rank()).isEqualTo(2);
    assertThat(shape.alpha()).isEqualTo(3);
    assertThat(shape.scale()).isEqualTo(1.5);
  }

  @Test
  void matricesOfAnotherRankOrForAnotherBackboneAreRefused() throws IOException {
    refuses(PLAIN.replace("\"r\": 2", "\"r\": 3"), names(1), "lora_A.weight of [2, 3]");
    write(PLAIN, names(1));
    assertThatThrownBy(
            () -> PeftLora.read(folder, ModuleTensors.SENTENCE_ENCODING, backbone(WIDTH, 6)))
        .hasMessageContaining("ISO-213")
        .hasMessageContaining("output.dense.lora_A.weight of [2, 5]")
        .hasMessageContaining("[2, 6]");
  }

  @Test
  void whatOurCompositionCannotExpressIsRefused() throws IOException {
    refuses(PLAIN.replace("}}", "}, \"use_rslora\": true}"), names(2), "use_rslora");
    refuses(PLAIN.replace("\"none\"", "\"all\""), names(2), "biases");
    refuses(PLAIN.replace("{}", "{\"query\": 8}"), names(2), "rank_pattern");
    refuses(PLAIN.replace("\"r\": 2", "\"r\": 0"), names(2), "must be positive");
    List<String> more = new ArrayList<>(names(1));
    more.add("base_model.model.pooler.dense.lora_A.weight");
    refuses(PLAIN, more, "pooler.dense");
    List<String> uneven = new ArrayList<>(names(2));
    uneven.removeLast();
    refuses(PLAIN, uneven, "same matrices");
    refuses("nonsense", names(1), "is not JSON");
    Files.delete(folder.resolve("adapter_model.safetensors"));
    Files.write(folder.resolve("adapter_model.bin"), new byte[] {1});
    Files.writeString(folder.resolve("adapter_config.json"), PLAIN);
    assertThatThrownBy(() -> PeftLora.read(folder, ModuleTensors.LANGUAGE_ADAPTATION, BACKBONE))
        .hasMessageContaining("ISO-213")
        .hasMessageContaining("safe serialisation");
  }

  private static BackboneConfig backbone(int width, int feedForward) {
    return new BackboneConfig("bert", width, 2, 1, feedForward, 100, 64, 0, 2, 0, 1e-12);
  }

  private void refuses(String config, List<String> names, String because) throws IOException {
    write(config, names);
    assertThatThrownBy(() -> PeftLora.read(folder, ModuleTensors.LANGUAGE_ADAPTATION, BACKBONE))
        .hasMessageContaining("ISO-213")
        .hasMessageContaining(because);
  }

  private void holds(PeftLora lora, int layer, LinearTarget target, String matrix, int inputs) {
    int first = 100 * names(2).indexOf(name(layer, matrix, "A"));
    String stage = ModuleTensors.LANGUAGE_ADAPTATION;
    TensorEntry a = lora.tensors().get(ModuleTensors.loraA(stage, layer, target));
    TensorEntry b = lora.tensors().get(ModuleTensors.loraB(stage, layer, target));
    assertThat(Objects.requireNonNull(a).shape()).containsExactly((long) RANK, (long) inputs);
    assertThat(a.toFloats()).containsExactly(counting(RANK * inputs, first));
    assertThat(Objects.requireNonNull(b).shape()).containsExactly((long) WIDTH, (long) RANK);
    assertThat(b.toFloats()).containsExactly(counting(WIDTH * RANK, first + 100));
  }

  /** The tensors of these names; the values of the n-th count up from 100 n. */
  private void write(String config, List<String> names) throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), config);
    List<TensorSource> tensors = new ArrayList<>();
    for (String name : names) {
      boolean a = name.contains("lora_A");
      int inputs = name.contains(".attention.") ? WIDTH : FEED_FORWARD;
      tensors.add(tensor(name, a ? RANK : WIDTH, a ? inputs : RANK, 100 * tensors.size()));
    }
    SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), Map.of(), tensors);
  }

  private static TensorSource tensor(String name, int rows, int columns, int first) {
    return TensorSource.of(
        TensorEntry.of(
            name, List.of((long) rows, (long) columns), counting(rows * columns, first)));
  }

  private static float[] counting(int count, int first) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = first + i;
    }
    return values;
  }

  private static List<String> names(int layers) {
    List<String> names = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      for (String matrix : List.of("attention.self.query", "output.dense")) {
        for (String part : List.of("A", "B")) {
          names.add(name(layer, matrix, part));
        }
      }
    }
    return names;
  }

  private static String name(int layer, String matrix, String part) {
    return "base_model.model.encoder.layer.%d.%s.lora_%s.weight".formatted(layer, matrix, part);
  }
}
