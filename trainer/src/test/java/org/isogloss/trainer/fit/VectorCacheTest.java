package org.isogloss.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isogloss.encoder.space.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorCacheTest {
  @TempDir Path directory;
  private final List<String> encoded = new ArrayList<>();

  /** Gives a text its length and its first character; empty texts are refused. */
  private Map<String, float[]> encode(List<String> texts) {
    Map<String, float[]> vectors = new HashMap<>();
    for (String text : texts) {
      encoded.add(text);
      if (!text.isEmpty()) {
        vectors.put(text, vector(text));
      }
    }
    return vectors;
  }

  private static float[] vector(String text) {
    return new float[] {text.length(), text.charAt(0), 0.1f};
  }

  private VectorCache cache(String encoder) {
    return new VectorCache(directory.resolve("cache"), Digest.of(encoder));
  }

  @Test
  void eachTextIsEncodedOnceBetweenAllRuns() {
    assertThat(cache("a").of(List.of("river", "rain", "river"), this::encode))
        .containsOnlyKeys("river", "rain");
    assertThat(encoded).containsExactly("river", "rain");

    Map<String, float[]> again = cache("a").of(List.of("snow", "rain", "river"), this::encode);

    assertThat(encoded).containsExactly("river", "rain", "snow");
    for (String text : List.of("river", "rain", "snow")) {
      assertThat(again.get(text)).as(text).containsExactly(vector(text));
    }
    cache("a").of(List.of("snow", "rain", "river"), this::encode);
    assertThat(encoded).hasSize(3);
  }

  @Test
  void whatAnotherEncoderMadeIsNotTaken() {
    cache("a").of(List.of("river"), this::encode);
    cache("b").of(List.of("river"), this::encode);
    assertThat(encoded).containsExactly("river", "river");
  }

  @Test
  void aTextThatIsRefusedIsTriedAgainAndNothingIsKeptOfIt() {
    assertThat(cache("a").of(List.of("", "rain"), this::encode)).containsOnlyKeys("rain");
    assertThat(cache("a").of(List.of("", "rain"), this::encode)).containsOnlyKeys("rain");
    assertThat(encoded).containsExactly("", "rain", "");
  }

  @Test
  void aFileThatIsHalfThereIsNotReadAndADamagedOneIsRefused() throws IOException {
    cache("a").of(List.of("river", "rain"), this::encode);
    Path folder = directory.resolve("cache").resolve(Digest.of("a").hex());
    Path file;
    try (Stream<Path> files = Files.list(folder)) {
      file = files.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.write(folder.resolve("part-1"), List.of("half"));
    assertThat(cache("a").of(List.of("river"), this::encode)).containsOnlyKeys("river");

    Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
    assertThatThrownBy(() -> cache("a").of(List.of("river"), this::encode))
        .hasMessageContaining("ISO-202");
  }
}
