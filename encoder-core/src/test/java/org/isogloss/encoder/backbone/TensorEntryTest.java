package org.isogloss.encoder.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;

class TensorEntryTest {
  private static final int PATTERNS = 1 << 16;

  @Test
  void everyF16PatternIsWidenedExactly() {
    assertWidened(TensorType.F16, 5);
  }

  @Test
  void everyBf16PatternIsWidenedExactly() {
    assertWidened(TensorType.BF16, 8);
  }

  @Test
  void floatsAreCopiedFromAnyAddressToAnyAddress() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment odd = arena.allocate(13, 8).asSlice(1, 12);
      odd.copyFrom(TensorEntry.of("t", List.of(3L), new float[] {1.5f, -2, 3e-40f}).segment());
      TensorEntry tensor = new TensorEntry("t", TensorType.F32, List.of(3L), odd);
      assertThat(tensor.toFloats()).containsExactly(1.5f, -2, 3e-40f);
      MemorySegment target = arena.allocate(17, 8).asSlice(3, 12);
      tensor.copyFloats(target);
      assertThat(target.mismatch(odd)).isEqualTo(-1);
    }
  }

  @Test
  void onlyFloatsOfAtMost32BitsBecomeFloats() {
    for (TensorType type : TensorType.values()) {
      TensorEntry tensor =
          new TensorEntry("t", type, List.of(1L), MemorySegment.ofArray(new byte[type.bytes()]));
      switch (type) {
        case F32, F16, BF16 -> assertThat(tensor.toFloats()).containsExactly(0);
        case F64, I64, I32, I16, I8, U64, U32, U16, U8, BOOL ->
            assertThatThrownBy(tensor::toFloats)
                .isInstanceOfSatisfying(
                    IsoglossException.class,
                    e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TENSOR));
      }
    }
  }

  @Test
  void bytesThatDoNotFillTheShapeAreRefused() {
    MemorySegment eight = MemorySegment.ofArray(new byte[8]);
    assertThatThrownBy(() -> new TensorEntry("t", TensorType.F32, List.of(3L), eight))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TensorEntry("t", TensorType.F32, List.of(-2L), eight))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatATensorHoldsCannotBeChangedThroughIt() {
    TensorEntry tensor = TensorEntry.of("t", List.of(1L), new float[] {1});
    assertThat(tensor.segment().isReadOnly()).isTrue();
  }

  /** Compares with the value that sign, exponent and fraction spell by IEEE 754, in doubles. */
  private static void assertWidened(TensorType type, int exponentBits) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * PATTERNS).order(ByteOrder.LITTLE_ENDIAN);
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      bytes.putShort(2 * pattern, (short) pattern);
    }
    TensorEntry tensor =
        new TensorEntry("t", type, List.of(256L, 256L), MemorySegment.ofArray(bytes.array()));
    float[] array = tensor.toFloats();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copied = arena.allocate(4L * PATTERNS);
      tensor.copyFloats(copied);
      for (int pattern = 0; pattern < PATTERNS; pattern++) {
        float expected = (float) value(pattern, exponentBits);
        // Every value is a float exactly, so that its bits are known, the sign of zero included.
        int found = Float.floatToIntBits(array[pattern]);
        if (found != Float.floatToIntBits(expected)) {
          throw new AssertionError(
              "%s %04x is %s, not %s".formatted(type, pattern, array[pattern], expected));
        }
        float elsewhere =
            copied.get(
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 4L * pattern);
        if (Float.floatToIntBits(elsewhere) != found) {
          throw new AssertionError("%s %04x is copied as %s".formatted(type, pattern, elsewhere));
        }
      }
    }
  }

  private static double value(int pattern, int exponentBits) {
    int fractionBits = 15 - exponentBits;
    double sign = (pattern & 0x8000) == 0 ? 1 : -1;
    int exponent = (pattern >> fractionBits) & ((1 << exponentBits) - 1);
    double fraction = (pattern & ((1 << fractionBits) - 1)) / (double) (1 << fractionBits);
    int bias = (1 << (exponentBits - 1)) - 1;
    if (exponent == (1 << exponentBits) - 1) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * fraction * Math.pow(2, 1 - bias)
        : sign * (1 + fraction) * Math.pow(2, exponent - bias);
  }
}
