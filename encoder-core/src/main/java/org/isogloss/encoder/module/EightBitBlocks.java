package org.isogloss.encoder.module;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorType;

/**
 * How files hold a matrix in 8 bits a value: rows are cut into blocks of {@value #BLOCK} columns,
 * and a value is its block's scale times a whole number of −127 to 127. The scale is the block's
 * greatest magnitude over 127, so no value is off by more than half of it (absolute-maximum
 * quantisation by blocks; Dettmers et al., "8-bit Optimizers via Block-wise Quantization", ICLR
 * 2022, section 2.1, with even steps). Pure functions.
 */
final class EightBitBlocks {
  /** Columns that share a scale; the last block of a row has what is left. */
  static final int BLOCK = 64;

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

  /** {@code [rows][blocks of a row]}, of a matrix of this shape. */
  static List<Long> shapeOfScales(List<Long> matrix) {
    return List.of(matrix.getFirst(), Math.ceilDiv(matrix.getLast(), BLOCK));
  }

  /**
   * Codes, I8 {@code [rows][columns]}, and scales, F32, of a finite matrix {@code [rows][columns]}.
   */
  static List<TensorEntry> of(TensorEntry matrix) {
    int rows = Math.toIntExact(matrix.shape().getFirst());
    int columns = Math.toIntExact(matrix.shape().getLast());
    List<Long> shapeOfScales = shapeOfScales(matrix.shape());
    float[] values = matrix.toFloats();
    byte[] codes = new byte[values.length];
    float[] scales = new float[Math.toIntExact(shapeOfScales.getFirst() * shapeOfScales.getLast())];
    int block = 0;
    for (int row = 0; row < rows; row++) {
      for (int from = row * columns; from < (row + 1) * columns; from += BLOCK) {
        int to = Math.min(from + BLOCK, (row + 1) * columns);
        scales[block++] = encode(values, from, to, codes);
      }
    }
    return List.of(
        new TensorEntry(
            codesOf(matrix.name()), TensorType.I8, matrix.shape(), MemorySegment.ofArray(codes)),
        TensorEntry.of(scalesOf(matrix.name()), shapeOfScales, scales));
  }

  /** The F32 matrix of codes and scales; it does not share their memory. */
  static TensorEntry matrix(TensorEntry codes, TensorEntry scales, String name) {
    int rows = Math.toIntExact(codes.shape().getFirst());
    int columns = Math.toIntExact(codes.shape().getLast());
    float[] ofBlocks = scales.toFloats();
    int blocks = Math.toIntExact(scales.shape().getLast());
    float[] values = new float[Math.multiplyExact(rows, columns)];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int at = row * columns + column;
        values[at] =
            ofBlocks[row * blocks + column / BLOCK]
                * codes.segment().get(ValueLayout.JAVA_BYTE, at);
      }
    }
    return TensorEntry.of(name, codes.shape(), values);
  }

  /** Writes the codes of a block and returns its scale, which is zero where all values are. */
  private static float encode(float[] values, int from, int to, byte[] codes) {
    float greatest = 0;
    for (int i = from; i < to; i++) {
      greatest = Math.max(greatest, Math.abs(values[i]));
    }
    float scale = greatest / GREATEST_CODE;
    for (int i = from; i < to; i++) {
      // The quotient may pass 127 where the scale is so small that it was rounded.
      int code = scale == 0 ? 0 : Math.round(values[i] / scale);
      codes[i] = (byte) Math.clamp(code, -GREATEST_CODE, GREATEST_CODE);
    }
    return scale;
  }
}
