package org.isogloss.encoder.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isogloss.encoder.space.Digest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFilesTest {
  private static final String INDEX = "model.safetensors.index.json";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir Path folder;
  private Path directory = Path.of("");

  @BeforeEach
  void checkpoint() throws IOException {
    directory = TestCheckpoints.copy("xlm-r", folder.resolve("xlm-r"));
  }

  private void replaceInIndex(String what, String by) throws IOException {
    String text = Files.readString(directory.resolve(INDEX));
    Files.writeString(directory.resolve(INDEX), text.replace(what, by));
  }

  @Test
  void aShardThatChangesChangesTheDigest() throws IOException {
    Digest before;
    try (Backbone backbone = Backbone.open(directory)) {
      before = backbone.digest();
      assertThat(backbone.config().positionOffset()).isEqualTo(2);
      backbone.verify();
    }
    byte[] bytes = Files.readAllBytes(directory.resolve(SECOND));
    bytes[bytes.length - 2] ^= 1;
    Files.write(directory.resolve(SECOND), bytes);
    try (Backbone backbone = Backbone.open(directory)) {
      assertThat(backbone.digest()).isNotEqualTo(before);
    }
  }

  @Test
  void aShardThatIsMissingIsNamed() throws IOException {
    Files.delete(directory.resolve(SECOND));
    assertThatThrownBy(() -> Backbone.open(directory))
        .hasMessageContaining("ISO-201")
        .hasMessageContaining(SECOND);
  }

  @Test
  void aTensorThatIsNotWhereTheIndexSaysIsNamed() throws IOException {
    replaceInIndex(SECOND, "model-00001-of-00002.safetensors");
    assertThatThrownBy(() -> Backbone.open(directory))
        .hasMessageContaining("ISO-204")
        .hasMessageContaining("which has no such tensor");
  }

  @Test
  void anIndexThatLeadsOutOfTheDirectoryIsRefused() throws IOException {
    replaceInIndex(SECOND, "../" + SECOND);
    assertThatThrownBy(() -> Backbone.open(directory))
        .hasMessageContaining("ISO-202")
        .hasMessageContaining("../");
  }

  @Test
  void anIndexThatIsNoneIsRefused() throws IOException {
    for (String text :
        new String[] {"", "[]", "{}", "{\"weight_map\": {}}", "{\"weight_map\": {\"a\": 1}}"}) {
      Files.writeString(directory.resolve(INDEX), text);
      assertThatThrownBy(() -> Backbone.open(directory)).as(text).hasMessageContaining("ISO-202");
    }
  }
}
