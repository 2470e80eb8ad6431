package org.isogloss.encoder.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A backbone's weights as the gradient program takes them: what the program's {@code load} makes,
 * by operators outside of inference mode, since a tensor made in it could not be used for gradients
 * later. Either they are frozen and joined once, or they learn under the checkpoint's own names and
 * are joined anew for every batch, so that gradients reach them.
 */
final class BackboneWeights {
  private static final int EMBEDDINGS = 5;
  private static final int PER_LAYER = 16;

  private final SequencedMap<String, NDArray> learning;
  private final List<NDArray> frozen;
  private final double queryScale;

  private BackboneWeights(
      SequencedMap<String, NDArray> learning, List<NDArray> frozen, double queryScale) {
    this.learning = learning;
    this.frozen = frozen;
    this.queryScale = queryScale;
  }

  /** Frozen copies, which the owner owns. */
  static BackboneWeights frozen(NDManager owner, Backbone backbone, int layers, DataType type) {
    double scale = queryScale(backbone);
    try (NDManager raw = owner.newSubManager()) {
      List<NDArray> joined =
          join(raw, List.copyOf(copies(raw, backbone, layers, type).values()), scale);
      for (TensorEntry entry : LoadedBackbone.head(backbone, layers)) {
        joined.add(
            GradientProgram.tensor(raw, entry.toFloats(), new Shape(entry.dimensions()), type));
      }
      joined.forEach(tensor -> tensor.attach(owner));
      return new BackboneWeights(new LinkedHashMap<>(), joined, scale);
    }
  }

  /**
   * Copies that learn, which the owner owns; whoever trains marks them.
   *
   * @throws IsoglossException UNSUPPORTED_MODEL for a dense layer after pooling, which does not
   */
  static BackboneWeights learning(NDManager owner, Backbone backbone, int layers, DataType type) {
    if (!LoadedBackbone.head(backbone, layers).isEmpty()) {
      throw new IsoglossException(
          ErrorCode.UNSUPPORTED_MODEL,
          backbone.name() + " has a dense layer after pooling, which cannot be trained");
    }
    return new BackboneWeights(
        copies(owner, backbone, layers, type), List.of(), queryScale(backbone));
  }

  /** What can learn, by the checkpoint's names; nothing if they are frozen. */
  SequencedMap<String, NDArray> learnable() {
    return learning;
  }

  /** The table of pieces, {@code [pieces][hidden]}. */
  NDArray table() {
    return learning.isEmpty() ? frozen.getFirst() : learning.sequencedValues().getFirst();
  }

  /**
   * The program's argument.
   *
   * @param step owns what is made for it
   */
  List<NDArray> joined(NDManager step) {
    List<NDArray> joined =
        learning.isEmpty() ? frozen : join(step, List.copyOf(learning.values()), queryScale);
    // DJL gathers arrays of such a name into one list.
    joined.forEach(tensor -> tensor.setName("w[]"));
    return joined;
  }

  private static SequencedMap<String, NDArray> copies(
      NDManager owner, Backbone backbone, int layers, DataType type) {
    SequencedMap<String, NDArray> copies = new LinkedHashMap<>();
    for (String name : LoadedBackbone.names(layers)) {
      TensorEntry entry = backbone.tensor(name);
      if (type == DataType.FLOAT32) {
        // From the mapped file, without a copy on the heap on the way.
        try (Arena widened = Arena.ofConfined();
            NDArray mapped = LoadedBackbone.mapped(owner, widened, entry)) {
          copies.put(name, mapped.duplicate());
        }
      } else {
        copies.put(
            name,
            GradientProgram.tensor(owner, entry.toFloats(), new Shape(entry.dimensions()), type));
      }
    }
    return copies;
  }

  private static double queryScale(Backbone backbone) {
    return 1 / Math.sqrt((double) backbone.config().hiddenSize() / backbone.config().heads());
  }

  /** What is new belongs to the step, what is taken as it is stays its owner's. */
  private static List<NDArray> join(NDManager step, List<NDArray> from, double scale) {
    List<NDArray> joined = new ArrayList<>();
    joined.add(from.get(0));
    joined.add(of(step, from.get(1).add(of(step, from.get(2).get(0)))));
    joined.add(from.get(3));
    joined.add(from.get(4));
    for (int at = EMBEDDINGS; at < from.size(); at += PER_LAYER) {
      for (int part = 0; part < 2; part++) {
        joined.add(
            of(
                step,
                NDArrays.concat(
                    new NDList(
                        of(step, from.get(at + part).mul(GradientProgram.scalar(step, scale))),
                        from.get(at + part + 2),
                        from.get(at + part + 4)))));
      }
      joined.addAll(from.subList(at + 6, at + PER_LAYER));
    }
    return joined;
  }

  private static NDArray of(NDManager step, NDArray made) {
    made.attach(step);
    return made;
  }
}
