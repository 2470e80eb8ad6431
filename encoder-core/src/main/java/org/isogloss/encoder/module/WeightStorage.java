package org.isogloss.encoder.module;

import java.util.List;
import java.util.Set;
import org.isogloss.encoder.backbone.TensorEntry;

/**
 * In how many bits a module's file holds its values. Whitening that is symmetric takes half of it.
 */
public enum WeightStorage {
  /** As they are given. */
  AS_GIVEN,

  /** In half precision, but for vectors that are added or subtracted whole. */
  HALF,

  /**
   * The matrices of adapters, LoRA and affine maps in 8 bits, with a scale for every 64 values; all
   * else as {@link #HALF}: tables because they are used where they lie in the file, whitening
   * because it divides by small variances.
   */
  EIGHT_BIT;

  /** Small, and what they are subtracted from may differ from them by little. */
  private static final Set<String> EXACT = Set.of(ModuleTensors.MEAN, ModuleTensors.AFFINE_OFFSET);

  /** How a file holds a tensor of a module: one tensor, or codes and scales. */
  List<TensorEntry> inFile(TensorEntry tensor) {
    if (this == EIGHT_BIT && ModuleTensors.mayBeEightBit(tensor.name())) {
      return EightBitBlocks.of(tensor);
    }
    TensorEntry rounded =
        this == AS_GIVEN || EXACT.contains(tensor.name()) ? tensor : tensor.toHalf();
    boolean asTriangle =
        tensor.name().equals(ModuleTensors.WHITENING) && UpperTriangle.isSymmetric(rounded);
    return List.of(asTriangle ? UpperTriangle.of(rounded) : rounded);
  }
}
