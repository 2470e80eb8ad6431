package org.isogloss.encoder.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isogloss.encoder.backbone.SafetensorsWriter;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeftLoraTest {
  private static final String PLAIN =
      "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, \"bias\": \"none\", \"rank_pattern\": {}}";

  @TempDir Path folder;

  @Test
  void anAdapterOfPeftBecomesAStageOfAModule() throws IOException {
    write(PLAIN, names(2));
    PeftLora lora = PeftLora.read(folder, ModuleTensors.SENTENCE_ENCODING);
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
    assertThatThrownBy(() -> PeftLora.read(folder, ModuleTensors.LANGUAGE_ADAPTATION))
        .hasMessageContaining("ISO-213")
        .hasMessageContaining("safe serialisation");
  }

  private void refuses(String config, List<String> names, String because) throws IOException {
    write(config, names);
    assertThatThrownBy(() -> PeftLora.read(folder, ModuleTensors.LANGUAGE_ADAPTATION))
        .hasMessageContaining("ISO-213")
        .hasMessageContaining(because);
  }

  private void write(String config, List<String> names) throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), config);
    SafetensorsWriter.write(
        folder.resolve("adapter_model.safetensors"),
        Map.of(),
        names.stream()
            .map(n -> TensorSource.of(TensorEntry.of(n, List.of(2L, 3L), new float[6])))
            .toList());
  }

  private static List<String> names(int layers) {
    List<String> names = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      for (String matrix : List.of("attention.self.query", "output.dense")) {
        for (String part : List.of("A", "B")) {
          names.add(
              "base_model.model.encoder.layer.%d.%s.lora_%s.weight".formatted(layer, matrix, part));
        }
      }
    }
    return names;
  }
}
