package org.isogloss.schemas.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.isogloss.schemas.record.VectorType;

/**
 * Vectors as bytes: the values in order, little-endian, IEEE 754 binary32 ({@code FP32}) or
 * binary16 ({@code FP16}, rounded to nearest even).
 */
public final class VectorBytes {
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private VectorBytes() {}

  /** Bytes that one value takes. */
  public static int width(VectorType type) {
    return switch (type) {
      case FP32 -> Float.BYTES;
      case FP16 -> Short.BYTES;
    };
  }

  /** The vector's bytes, in a buffer of its own over an array. */
  public static ByteBuffer encode(float[] vector, VectorType type) {
    int width = width(type);
    byte[] bytes = new byte[Math.multiplyExact(vector.length, width)];
    switch (type) {
      case FP32 -> {
        for (int i = 0; i < vector.length; i++) {
          FLOAT.set(bytes, i * width, vector[i]);
        }
      }
      case FP16 -> {
        for (int i = 0; i < vector.length; i++) {
          SHORT.set(bytes, i * width, Float.floatToFloat16(vector[i]));
        }
      }
    }
    return ByteBuffer.wrap(bytes);
  }

  /**
   * The vector of these bytes; the buffer's position stays as it is.
   *
   * @throws UndecodableRecordException if there are not exactly as many bytes as the dimension
   *     takes
   */
  public static float[] decode(ByteBuffer bytes, VectorType type, int dimension) {
    float[] vector = new float[check(bytes, type, dimension)];
    decode(bytes, type, vector, 0, dimension);
    return vector;
  }

  /**
   * Decodes into a row of a matrix.
   *
   * @param into where the values go, from {@code offset} on
   * @throws UndecodableRecordException if there are not exactly as many bytes as the dimension
   *     takes
   */
  public static void decode(
      ByteBuffer bytes, VectorType type, float[] into, int offset, int dimension) {
    check(bytes, type, dimension);
    ByteBuffer values = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case FP32 -> values.asFloatBuffer().get(into, offset, dimension);
      case FP16 -> {
        int start = values.position();
        for (int i = 0; i < dimension; i++) {
          into[offset + i] = Float.float16ToFloat(values.getShort(start + i * Short.BYTES));
        }
      }
    }
  }

  private static int check(ByteBuffer bytes, VectorType type, int dimension) {
    if (dimension < 1 || bytes.remaining() != (long) dimension * width(type)) {
      throw new UndecodableRecordException(
          "a vector of " + bytes.remaining() + " bytes is not " + dimension + " values of " + type);
    }
    return dimension;
  }
}
