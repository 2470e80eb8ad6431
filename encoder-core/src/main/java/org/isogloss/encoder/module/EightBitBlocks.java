package org.isogloss.encoder.module;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorType;

/**
 * How files hold a matrix in 8 bits a value: its values, row after row, are cut into blocks of
 * {@value #BLOCK}, the last one as long as what is left, and a value is its block's scale times a
 * whole number. The scale is the block's greatest magnitude over 127, so that no value is off by
 * more than half of it, where the scale is a normal number; a block that is smaller still becomes
 * zero. This is the quantisation by blocks and absolute maximum of Dettmers et al., "8-bit
 * Optimizers via Block-wise Quantization" (ICLR 2022), with smaller blocks and even steps. What is
 * read and written again keeps its codes; a scale may move by a unit in its last place. Pure
 * functions.
 */
final class EightBitBlocks {
  /** Values that share a scale. */
  static final int BLOCK = 64;

  /** No scale is greater, so that no product with a code overflows. */
  static final float GREATEST_SCALE = Float.MAX_VALUE / 128;

  private static final int GREATEST_CODE = 127;

  private EightBitBlocks() {}

  /** The name that the codes of a matrix have in a file. */
  static String codesOf(String matrix) {
    return matrix + ".codes";
  }

  /** The name that the scales of a matrix have in a file. */
  static String scalesOf(String matrix) {
    return matrix + ".scales";
  }

  /** {@code [blocks]}, of a matrix of this shape. */
  static List<Long> shapeOfScales(List<Long> matrix) {
    return List.of(Math.ceilDiv(matrix.getFirst() * matrix.getLast(), BLOCK));
  }

  /** Codes, I8 of the matrix's shape, and scales, F32, of a matrix {@code [rows][columns]}. */
  static List<TensorEntry> of(TensorEntry matrix) {
    float[] values = matrix.toFloats();
    byte[] codes = new byte[values.length];
    List<Long> shapeOfScales = shapeOfScales(matrix.shape());
    float[] scales = new float[Math.toIntExact(shapeOfScales.getFirst())];
    for (int block = 0; block < scales.length; block++) {
      int from = block * BLOCK;
      scales[block] = encode(values, from, Math.min(from + BLOCK, values.length), codes);
    }
    return List.of(
        new TensorEntry(
            codesOf(matrix.name()), TensorType.I8, matrix.shape(), MemorySegment.ofArray(codes)),
        TensorEntry.of(scalesOf(matrix.name()), shapeOfScales, scales));
  }

  /** The F32 matrix of codes and scales; it does not share their memory. */
  static TensorEntry matrix(TensorEntry codes, TensorEntry scales, String name) {
    float[] ofBlocks = scales.toFloats();
    float[] values = new float[Math.toIntExact(codes.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = ofBlocks[i / BLOCK] * codes.segment().get(ValueLayout.JAVA_BYTE, i);
    }
    return TensorEntry.of(name, codes.shape(), values);
  }

  /** Writes the codes of a block and returns its scale. */
  private static float encode(float[] values, int from, int to, byte[] codes) {
    float greatest = 0;
    for (int i = from; i < to; i++) {
      greatest = Math.max(greatest, Math.abs(values[i]));
    }
    float scale = greatest / GREATEST_CODE;
    for (int i = from; i < to; i++) {
      // The quotient may pass 127 where the scale is so small that it was rounded.
      int code = scale == 0 ? 0 : (int) Math.rint(values[i] / scale);
      codes[i] = (byte) Math.clamp(code, -GREATEST_CODE, GREATEST_CODE);
    }
    return scale;
  }
}
