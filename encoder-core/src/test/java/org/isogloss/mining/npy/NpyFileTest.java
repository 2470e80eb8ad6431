package org.isogloss.mining.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.isogloss.mining.VectorMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadAndBeginsAsNumpyWritesIt() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    NpyFile.writeHeader(out, 2, 3);
    assertThat(out.size() % 64).isZero();
    NpyFile.writeRow(out, new float[] {1, 2, 3});
    NpyFile.writeRow(out, new float[] {-1, Float.NaN, 0.5f});
    Path file = Files.write(folder.resolve("a.npy"), out.toByteArray());
    assertThat(new String(out.toByteArray(), 10, 61, StandardCharsets.US_ASCII))
        .isEqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  ");
    try (VectorMatrix matrix = NpyFile.read(file)) {
      assertThat(matrix.rows()).isEqualTo(2);
      assertThat(matrix.row(0)).containsExactly(1, 2, 3);
      assertThat(matrix.row(1)).containsExactly(-1, Float.NaN, 0.5f);
    }
  }

  @Test
  void doublesAreRounded() throws IOException {
    Path file = file("'<f8'", "False", "(1, 2)", doubles(0.1, 2));
    try (VectorMatrix matrix = NpyFile.read(file)) {
      assertThat(matrix.row(0)).containsExactly(0.1f, 2);
    }
  }

  @Test
  void whatIsNoSuchArrayIsRefusedWithItsReason() throws IOException {
    refuses(file("'<i8'", "False", "(1, 2)", doubles(1, 2)), "<i8");
    refuses(file("'>f4'", "False", "(1, 2)", doubles(1)), ">f4");
    refuses(file("'<f8'", "True", "(1, 2)", doubles(1, 2)), "Fortran");
    refuses(file("'<f8'", "False", "(2,)", doubles(1, 2)), "shape (2,)");
    refuses(file("'<f8'", "False", "(2, 2)", doubles(1, 2)), "16 bytes of data, not 32");
    refuses(Files.writeString(folder.resolve("x"), "plain text, not an array"), "does not begin");
    refuses(Files.write(folder.resolve("y"), new byte[5]), "too short");
    refuses(folder.resolve("absent"), "does not exist");
    byte[] cut =
        Arrays.copyOf(Files.readAllBytes(file("'<f8'", "False", "(1, 2)", doubles(1, 2))), 20);
    refuses(Files.write(folder.resolve("z"), cut), "header of");
  }

  private static void refuses(Path file, String because) {
    assertThatThrownBy(() -> NpyFile.read(file))
        .hasMessageContaining("ISO-120")
        .hasMessageContaining(because);
  }

  private static byte[] doubles(double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    return bytes.array();
  }

  private Path file(String type, String fortran, String shape, byte[] data) throws IOException {
    byte[] header =
        ("{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n".formatted(type, fortran, shape))
            .getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, 0});
    out.write(header);
    out.write(data);
    return Files.write(folder.resolve("case.npy"), out.toByteArray());
  }
}
