package org.isogloss.encoder.backbone;

import java.nio.file.Path;
import java.util.List;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A dense layer that follows pooling: {@code tanh(W m + b)}, as in LaBSE's pooler. Mapped from its
 * own {@code model.safetensors} ({@code linear.weight} of shape {@code [hidden][hidden]}, {@code
 * linear.bias}). Safe for use by several threads; closing it ends the life of its segments.
 */
public final class DenseHead implements AutoCloseable {
  private final SafetensorsFile weights;
  private final TensorEntry weight;
  private final TensorEntry bias;

  private DenseHead(SafetensorsFile weights, TensorEntry weight, TensorEntry bias) {
    this.weights = weights;
    this.weight = weight;
    this.bias = bias;
  }

  /**
   * @throws IsoglossException MODEL_FILE_MISSING, BAD_SAFETENSORS or BAD_TENSOR naming the file
   */
  static DenseHead open(Path folder, int hidden) {
    SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"));
    try {
      return new DenseHead(
          file,
          checked(file, "linear.weight", List.of((long) hidden, (long) hidden)),
          checked(file, "linear.bias", List.of((long) hidden)));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static TensorEntry checked(SafetensorsFile file, String name, List<Long> shape) {
    TensorEntry tensor = file.tensor(name);
    if (!tensor.shape().equals(shape)) {
      throw new IsoglossException(
          ErrorCode.BAD_TENSOR,
          "%s: %s is %s, not %s".formatted(file.file(), name, tensor.shape(), shape));
    }
    return switch (tensor.type()) {
      case F32, F16, BF16 -> tensor;
      case F64, I64, I32, I16, I8, U64, U32, U16, U8, BOOL ->
          throw new IsoglossException(
              ErrorCode.BAD_TENSOR, file.file() + ": " + name + " holds " + tensor.type());
    };
  }

  Path file() {
    return weights.file();
  }

  /** W, {@code [out][in]}. */
  public TensorEntry weight() {
    return weight;
  }

  /** b, {@code [out]}. */
  public TensorEntry bias() {
    return bias;
  }

  @Override
  public void close() {
    weights.close();
  }
}
