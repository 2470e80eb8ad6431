package org.isogloss.encoder.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.isogloss.encoder.space.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodingRecipeTest {
  private static final String STEPS =
      """
      [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
       {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}%s]
      """;

  @TempDir Path directory;

  private void file(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, content);
  }

  @Test
  void withoutSentenceTransformersFilesTheMeanIsMeant() {
    EncodingRecipe recipe = EncodingRecipe.read(directory);
    assertThat(recipe.pooling()).isEqualTo(Pooling.MEAN);
    assertThat(recipe.dense()).isEmpty();
    assertThat(recipe.textPrefix()).isEmpty();
  }

  @Test
  void poolingAndDenseLayerComeFromTheFoldersOfTheSteps() throws IOException {
    file(
        "modules.json",
        STEPS.formatted(
            ", {\"path\": \"2_Dense\", \"type\": \"sentence_transformers.models.Dense\"}"));
    file("1_Pooling/config.json", "{\"pooling_mode_cls_token\": true}");
    file(
        "2_Dense/config.json",
        """
        {"in_features": 8, "out_features": 8, "bias": true,
         "activation_function": "torch.nn.modules.activation.Tanh"}
        """);
    EncodingRecipe recipe = EncodingRecipe.read(directory);
    assertThat(recipe.pooling()).isEqualTo(Pooling.CLS);
    assertThat(recipe.dense()).contains(directory.resolve("2_Dense"));
  }

  @Test
  void thePrefixIsTheDefaultPromptAndOurOwnNoteWins() throws IOException {
    file(
        "config_sentence_transformers.json",
        """
        {"prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": null}
        """);
    assertThat(EncodingRecipe.read(directory).textPrefix()).isEmpty();
    file(
        "config_sentence_transformers.json",
        """
        {"prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": "passage"}
        """);
    assertThat(EncodingRecipe.read(directory).textPrefix()).isEqualTo("passage: ");
    file("isogloss.json", "{\"text_prefix\": \"query: \"}");
    assertThat(EncodingRecipe.read(directory).textPrefix()).isEqualTo("query: ");
  }

  @Test
  void whatIsNotKnownIsRefusedByName() throws IOException {
    file("modules.json", STEPS.formatted(", {\"path\": \"\", \"type\": \"custom.CNN\"}"));
    file("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");
    refused("custom.CNN");
    file("modules.json", STEPS.formatted(""));
    file(
        "1_Pooling/config.json",
        "{\"pooling_mode_mean_tokens\": true, \"pooling_mode_max_tokens\": true}");
    refused("max_tokens");
    file("1_Pooling/config.json", "{\"pooling_mode_lasttoken\": true}");
    refused("lasttoken");
    file("modules.json", "[{\"path\": \"../../secret\", \"type\": \"x.Pooling\"}]");
    refused("../../secret");
    file("modules.json", "[{\"path\": \"\", \"type\": \"x.Transformer\"}]");
    refused("steps: Transformer");
    file("modules.json", "no JSON");
    refused("modules.json is not JSON");
  }

  @Test
  void aDenseLayerOfAnotherKindIsRefused() throws IOException {
    file(
        "modules.json",
        STEPS.formatted(
            ", {\"path\": \"2_Dense\", \"type\": \"sentence_transformers.models.Dense\"}"));
    file("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");
    file(
        "2_Dense/config.json",
        """
        {"in_features": 8, "out_features": 8, "activation_function": "torch.nn.modules.linear.Identity"}
        """);
    refused("Identity");
    file(
        "2_Dense/config.json",
        """
        {"in_features": 8, "out_features": 4, "activation_function": "torch.nn.modules.activation.Tanh"}
        """);
    refused("makes 4 values of 8");
  }

  private void refused(String why) {
    assertThatThrownBy(() -> EncodingRecipe.read(directory))
        .hasMessageContaining("ISO-203")
        .hasMessageContaining(why);
  }
}
