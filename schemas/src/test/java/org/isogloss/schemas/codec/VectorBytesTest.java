package org.isogloss.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.isogloss.schemas.record.VectorType;
import org.junit.jupiter.api.Test;

class VectorBytesTest {
  @Test
  void theBytesAreLittleEndian() {
    float[] vector = {1f, -2f, 0.5f};
    assertThat(HexFormat.of().formatHex(VectorBytes.encode(vector, VectorType.FP32).array()))
        .isEqualTo("0000803f000000c00000003f");
    assertThat(HexFormat.of().formatHex(VectorBytes.encode(vector, VectorType.FP16).array()))
        .isEqualTo("003c00c00038");
  }

  @Test
  void singlePrecisionIsExactAndHalfPrecisionIsRounded() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    float[] vector = new float[768];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = random.nextFloat(-1, 1);
    }
    ByteBuffer single = VectorBytes.encode(vector, VectorType.FP32);
    assertThat(VectorBytes.decode(single, VectorType.FP32, 768)).isEqualTo(vector);
    assertThat(single.position()).isZero();
    float[] half =
        VectorBytes.decode(VectorBytes.encode(vector, VectorType.FP16), VectorType.FP16, 768);
    for (int i = 0; i < vector.length; i++) {
      // Ten bits of fraction: half a unit in the last place is 2^-11 of the value.
      assertThat(half[i])
          .as("seed %d, %d", seed, i)
          .isCloseTo(vector[i], within(Math.abs(vector[i]) / 2048 + 1e-7f));
    }
  }

  @Test
  void aRowOfAMatrixIsFilledFromASlice() {
    ByteBuffer slice = ByteBuffer.wrap(HexFormat.of().parseHex("ffff003c00c0ffff")).slice(2, 4);
    float[] matrix = new float[6];
    VectorBytes.decode(slice, VectorType.FP16, matrix, 3, 2);
    assertThat(matrix).containsExactly(0, 0, 0, 1, -2, 0);
    ByteBuffer moved = VectorBytes.encode(new float[] {9, 1, 2}, VectorType.FP32).position(4);
    assertThat(VectorBytes.decode(moved, VectorType.FP32, 2)).containsExactly(1, 2);
  }

  @Test
  void anotherNumberOfBytesIsRefused() {
    ByteBuffer bytes = VectorBytes.encode(new float[] {1, 2}, VectorType.FP32);
    for (int dimension : new int[] {-1, 0, 1, 3, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> VectorBytes.decode(bytes, VectorType.FP32, dimension))
          .isInstanceOf(UndecodableRecordException.class);
    }
    assertThatThrownBy(() -> VectorBytes.decode(bytes, VectorType.FP16, 2))
        .isInstanceOf(UndecodableRecordException.class);
  }
}
