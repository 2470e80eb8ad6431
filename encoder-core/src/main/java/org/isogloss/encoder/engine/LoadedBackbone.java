package org.isogloss.encoder.engine;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorType;

/**
 * The backbone's weights as the program wants them, one native list. On a CPU the embedding table
 * stays mapped from the file, without a copy; the matrices are packed once for the dense layers.
 */
final class LoadedBackbone implements AutoCloseable {
  private static final List<String> PER_LAYER =
      List.of(
          "attention.self.query",
          "attention.self.key",
          "attention.self.value",
          "attention.output.dense",
          "attention.output.LayerNorm",
          "intermediate.dense",
          "output.dense",
          "output.LayerNorm");

  private final Arena widened;
  private final NDManager tensors;
  private final IValue weights;

  private LoadedBackbone(Arena widened, NDManager tensors, IValue weights) {
    this.widened = widened;
    this.tensors = tensors;
    this.weights = weights;
  }

  static LoadedBackbone load(
      NDManager owner, EncoderProgram program, Backbone backbone, EncoderOptions options) {
    Arena widened = Arena.ofShared();
    NDManager tensors = owner.newSubManager();
    try {
      List<PtNDArray> raw = new ArrayList<>();
      for (String name : names(options.layers())) {
        raw.add(mapped(tensors, widened, backbone.tensor(name)));
      }
      for (TensorEntry entry : head(backbone, options.layers())) {
        raw.add(mapped(tensors, widened, entry));
      }
      try (IValue list = IValue.listFrom(raw.toArray(PtNDArray[]::new));
          IValue heads = IValue.from((long) backbone.config().heads());
          IValue type = IValue.from((long) options.precision().torchType());
          IValue device = IValue.from(options.device().name())) {
        return new LoadedBackbone(widened, tensors, program.run("load", list, heads, type, device));
      }
    } catch (RuntimeException | Error e) {
      tensors.close();
      widened.close();
      throw e;
    }
  }

  IValue weights() {
    return weights;
  }

  @Override
  public void close() {
    weights.close();
    tensors.close();
    widened.close();
  }

  /** The tensors that the program's {@code load} takes, in its order. */
  static List<String> names(int layers) {
    List<String> names = new ArrayList<>();
    names.add("embeddings.word_embeddings.weight");
    names.add("embeddings.position_embeddings.weight");
    names.add("embeddings.token_type_embeddings.weight");
    names.add("embeddings.LayerNorm.weight");
    names.add("embeddings.LayerNorm.bias");
    for (int layer = 0; layer < layers; layer++) {
      for (String part : PER_LAYER) {
        names.add("encoder.layer." + layer + "." + part + ".weight");
        names.add("encoder.layer." + layer + "." + part + ".bias");
      }
    }
    return names;
  }

  /**
   * Weight and bias of the dense layer after pooling. It was made for the last layer's states: an
   * encoder that is cut short does without it.
   */
  static List<TensorEntry> head(Backbone backbone, int layers) {
    return backbone
        .head()
        .filter(dense -> layers == backbone.config().layers())
        .map(dense -> List.of(dense.weight(), dense.bias()))
        .orElse(List.of());
  }

  /** A tensor over the segment itself where that is float32 and aligned, else over a copy. */
  static PtNDArray mapped(NDManager manager, Arena copies, TensorEntry entry) {
    if (entry.type() == TensorType.F32 && canMap(entry, Float.BYTES)) {
      return over(manager, entry, entry.segment(), DataType.FLOAT32);
    }
    MemorySegment copy = copies.allocate(Math.max(1, entry.elements()) * Float.BYTES, 64);
    entry.copyFloats(copy);
    return over(manager, entry, copy, DataType.FLOAT32);
  }

  /** The same, where float16 will do too. */
  static PtNDArray mappedOrHalf(NDManager manager, Arena copies, TensorEntry entry) {
    return entry.type() == TensorType.F16 && canMap(entry, Short.BYTES)
        ? over(manager, entry, entry.segment(), DataType.FLOAT16)
        : mapped(manager, copies, entry);
  }

  private static boolean canMap(TensorEntry entry, int elementBytes) {
    return entry.segment().isNative()
        && entry.segment().address() % elementBytes == 0
        && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  }

  private static PtNDArray over(
      NDManager manager, TensorEntry entry, MemorySegment segment, DataType type) {
    return (PtNDArray)
        manager.create(
            segment.asByteBuffer().order(ByteOrder.nativeOrder()),
            new Shape(entry.dimensions()),
            type);
  }
}
