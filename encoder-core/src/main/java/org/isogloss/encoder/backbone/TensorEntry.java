package org.isogloss.encoder.backbone;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * One tensor of a safetensors file.
 *
 * @param shape extents, outermost first; empty for a scalar
 * @param segment the elements, row-major, little-endian, read only; lives as long as the file it
 *     was opened from. Not necessarily aligned to its element: use the unaligned layouts
 */
public record TensorEntry(String name, TensorType type, List<Long> shape, MemorySegment segment) {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  public TensorEntry {
    shape = List.copyOf(shape);
    segment = segment.asReadOnly();
    if (Math.multiplyExact(elements(shape), type.bytes()) != segment.byteSize()) {
      throw new IllegalArgumentException(
          name + ": " + shape + " of " + type + " do not fill " + segment.byteSize() + " bytes");
    }
  }

  /** An F32 tensor over a copy of the values. */
  public static TensorEntry of(String name, List<Long> shape, float[] values) {
    MemorySegment segment = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, 4)]);
    MemorySegment.copy(values, 0, segment, FLOAT, 0, values.length);
    return new TensorEntry(name, TensorType.F32, shape, segment);
  }

  /**
   * The same in half precision, rounded to the nearest; a value beyond its range becomes infinite.
   */
  public TensorEntry toHalf() {
    if (type == TensorType.F16) {
      return this;
    }
    float[] values = toFloats();
    MemorySegment half = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, 2)]);
    for (int i = 0; i < values.length; i++) {
      half.set(SHORT, 2L * i, Float.floatToFloat16(values[i]));
    }
    return new TensorEntry(name, TensorType.F16, shape, half);
  }

  /** The number of elements; 1 for a scalar. */
  public long elements() {
    return elements(shape);
  }

  /** The shape as an array of its own. */
  public long[] dimensions() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * The elements as floats, F16 and BF16 widened exactly.
   *
   * @throws IsoglossException BAD_TENSOR if the elements are no floats of at most 32 bits, or too
   *     many for an array
   */
  public float[] toFloats() {
    if (elements() > Integer.MAX_VALUE - 8) {
      throw new IsoglossException(
          ErrorCode.BAD_TENSOR, name + " has " + elements() + " elements, too many for an array");
    }
    float[] floats = new float[(int) elements()];
    copyFloats(MemorySegment.ofArray(floats), ValueLayout.JAVA_FLOAT);
    return floats;
  }

  /**
   * Writes the elements as little-endian floats, F16 and BF16 widened exactly.
   *
   * @param target at least {@code 4 * elements()} bytes
   * @throws IsoglossException BAD_TENSOR if the elements are no floats of at most 32 bits
   */
  public void copyFloats(MemorySegment target) {
    copyFloats(target, FLOAT);
  }

  private void copyFloats(MemorySegment target, ValueLayout.OfFloat layout) {
    long count = elements();
    switch (type) {
      case F32 -> MemorySegment.copy(segment, FLOAT, 0, target, layout, 0, count);
      case F16 -> {
        for (long i = 0; i < count; i++) {
          target.set(layout, 4 * i, Float.float16ToFloat(segment.get(SHORT, 2 * i)));
        }
      }
      case BF16 -> {
        for (long i = 0; i < count; i++) {
          target.set(layout, 4 * i, Float.intBitsToFloat(segment.get(SHORT, 2 * i) << 16));
        }
      }
      case F64, I64, I32, I16, I8, U64, U32, U16, U8, BOOL ->
          throw new IsoglossException(
              ErrorCode.BAD_TENSOR, name + " holds " + type + ", not F32, F16 or BF16");
    }
  }

  /**
   * The number of elements of a shape.
   *
   * @throws ArithmeticException if it does not fit a long
   */
  static long elements(List<Long> shape) {
    long product = 1;
    for (long extent : shape) {
      if (extent < 0) {
        throw new IllegalArgumentException("a negative extent: " + shape);
      }
      product = Math.multiplyExact(product, extent);
    }
    return product;
  }
}
