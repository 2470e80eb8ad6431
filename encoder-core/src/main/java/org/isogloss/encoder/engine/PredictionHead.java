package org.isogloss.encoder.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * Predicts pieces from the states of their tokens: logits = T · LN(W x + b) + c, where T is the
 * embedding table itself (tied, Press and Wolf 2017). Checkpoints of backbones lack a head, so W
 * begins as the identity, LN without effect, and b and c as zero. As BERT's head but for its GELU,
 * through which an identity could not begin.
 */
final class PredictionHead {
  private static final String PREFIX = "head.";
  private static final double EPSILON = 1e-12;

  private final NDArray table;
  private final SequencedMap<String, NDArray> tensors = new LinkedHashMap<>();

  /**
   * @param owner of the head's tensors
   * @param table {@code [pieces][hidden]}, which stays its owner's
   */
  PredictionHead(NDManager owner, DataType type, NDArray table) {
    this.table = table;
    long pieces = table.getShape().get(0);
    long hidden = table.getShape().get(1);
    tensors.put(PREFIX + "dense.weight", owner.eye((int) hidden).toType(type, false));
    tensors.put(PREFIX + "dense.bias", owner.zeros(new Shape(hidden), type));
    tensors.put(PREFIX + "norm.weight", owner.ones(new Shape(hidden), type));
    tensors.put(PREFIX + "norm.bias", owner.zeros(new Shape(hidden), type));
    tensors.put(PREFIX + "bias", owner.zeros(new Shape(pieces), type));
  }

  SequencedMap<String, NDArray> tensors() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  /**
   * The mean cross-entropy.
   *
   * @param states {@code [tokens][hidden]}, the step's
   * @param pieces that are right, one per token
   * @return a scalar, the step's
   */
  NDArray loss(NDManager step, NDArray states, long[] pieces) {
    NDArray x = states.matMul(transposed(step, tensor("dense.weight"))).add(tensor("dense.bias"));
    NDArray centred = x.sub(x.mean(new int[] {1}, true));
    NDArray variance = centred.square().mean(new int[] {1}, true);
    NDArray deviation = variance.add(GradientProgram.scalar(step, EPSILON)).sqrt();
    NDArray normed = centred.div(deviation).mul(tensor("norm.weight")).add(tensor("norm.bias"));
    NDArray logits = normed.matMul(transposed(step, table)).add(tensor("bias"));
    NDArray right = step.create(pieces, new Shape(pieces.length, 1));
    return logits.logSoftmax(1).gather(right, 1).mean().neg();
  }

  private NDArray tensor(String name) {
    return Objects.requireNonNull(tensors.get(PREFIX + name), name);
  }

  /** A view that the step owns, where it would be its matrix's owner's. */
  private static NDArray transposed(NDManager step, NDArray matrix) {
    NDArray view = matrix.transpose();
    view.attach(step);
    return view;
  }
}
