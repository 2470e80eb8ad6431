package org.isogloss.encoder.backbone;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/**
 * A tensor to be written.
 *
 * @param shape extents, outermost first; empty for a scalar
 * @param elements gives the elements when their turn comes: row-major, little-endian, as many bytes
 *     as shape and type say
 */
public record TensorSource(
    String name, TensorType type, List<Long> shape, Supplier<MemorySegment> elements) {
  public TensorSource {
    shape = List.copyOf(shape);
  }

  /** A tensor that is in memory already. */
  public static TensorSource of(TensorEntry tensor) {
    return new TensorSource(tensor.name(), tensor.type(), tensor.shape(), tensor::segment);
  }

  long bytes() {
    return Math.multiplyExact(TensorEntry.elements(shape), type.bytes());
  }
}
