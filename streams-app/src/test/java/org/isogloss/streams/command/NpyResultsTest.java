package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyResultsTest {
  private static final int HEADER_BYTES = 128;

  @TempDir Path folder;

  private static LineResult.Vector vector(String id, float... values) {
    return new LineResult.Vector(
        id,
        "de",
        View.CROSS_LINGUAL,
        "5".repeat(32),
        "b".repeat(64),
        Optional.empty(),
        Optional.empty(),
        5,
        false,
        values);
  }

  private Path write(LineResult... results) {
    Path file = folder.resolve("v.npy");
    try (NpyResults npy = new NpyResults(file)) {
      for (LineResult result : results) {
        npy.write(result);
      }
    }
    return file;
  }

  @Test
  void vectorsOfTwoSpacesAreNotPutIntoOneArray() {
    LineResult.Vector other =
        new LineResult.Vector(
            "f:2",
            "tr",
            View.MONOLINGUAL,
            "6".repeat(32),
            "b".repeat(64),
            Optional.of("language/tr@1"),
            Optional.empty(),
            5,
            false,
            new float[] {1, 0});
    assertThatThrownBy(() -> write(vector("f:1", 0.6f, 0.8f), other))
        .hasMessageContaining("ISO-212")
        .hasMessageContaining("6".repeat(32))
        .hasMessageContaining("5".repeat(32));
  }

  @Test
  void theFileIsWhatNumpySavesAndRefusedRowsAreNaN() throws IOException {
    Path file =
        write(
            new LineResult.Refusal("f:1", "ISO-101", "empty"),
            vector("f:2", 0.6f, 0.8f),
            new LineResult.Refusal("f:3", "ISO-102", "blank"),
            vector("f:4", -1f, 0f));
    byte[] bytes = Files.readAllBytes(file);
    String header = new String(bytes, 0, HEADER_BYTES, ISO_8859_1);
    // The bytes that numpy.save writes for np.zeros((4, 2), '<f4').
    assertThat(header)
        .isEqualTo(
            "\u0093NUMPY\u0001\u0000v\u0000"
                + "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2), }"
                + " ".repeat(58)
                + "\n");
    FloatBuffer values =
        ByteBuffer.wrap(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES)
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    float[] all = new float[values.remaining()];
    values.get(all);
    assertThat(all)
        .containsExactly(Float.NaN, Float.NaN, 0.6f, 0.8f, Float.NaN, Float.NaN, -1f, 0f);
    assertThat(NpyResults.idsOf(file))
        .hasContent(
            """
            row\tid\tlanguage\terror
            0\tf:1\t\tISO-101
            1\tf:2\tde\t
            2\tf:3\t\tISO-102
            3\tf:4\tde\t
            """);
  }

  @Test
  void withoutAVectorThereAreRowsOfNoColumns() throws IOException {
    byte[] bytes = Files.readAllBytes(write(new LineResult.Refusal("f:1", "ISO-101", "empty")));
    assertThat(bytes).hasSize(HEADER_BYTES);
    assertThat(new String(bytes, ISO_8859_1)).contains("'shape': (1, 0)");
  }
}
