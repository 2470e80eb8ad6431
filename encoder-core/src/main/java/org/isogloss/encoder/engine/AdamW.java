package org.isogloss.encoder.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The optimiser over some tensors and its state. DJL's own clips single values, from above alone.
 * For one thread.
 */
final class AdamW implements AutoCloseable {
  private static final double AGAINST_ZERO = 1e-6;

  private final TorchProgram program;
  private final OptimiserOptions options;
  private final SequencedMap<String, NDArray> parameters;
  private final List<NDArray> first = new ArrayList<>();
  private final List<NDArray> second = new ArrayList<>();
  private long steps;

  /**
   * @param owner of the state
   * @param parameters all of them require gradients
   */
  AdamW(NDManager owner, OptimiserOptions options, SequencedMap<String, NDArray> parameters) {
    this.program = TorchProgram.compile(owner, "optimiser.torchscript");
    this.options = options;
    this.parameters = parameters;
    for (NDArray parameter : parameters.values()) {
      first.add(owner.zeros(parameter.getShape(), parameter.getDataType()));
      second.add(owner.zeros(parameter.getShape(), parameter.getDataType()));
    }
  }

  /**
   * One step on the gradients gathered since the last, which are zero then.
   *
   * @return their global norm before clipping. If it is not finite, nothing was changed
   */
  double update(NDManager step, double learningRate) {
    List<PtNDArray> gradients = new ArrayList<>();
    for (Map.Entry<String, NDArray> parameter : parameters.entrySet()) {
      NDArray gradient = parameter.getValue().getGradient();
      gradient.attach(step);
      gradients.add((PtNDArray) gradient);
    }
    try (IValue parameterList = list(List.copyOf(parameters.values()));
        IValue gradientList = IValue.listFrom(gradients.toArray(PtNDArray[]::new))) {
      double norm = number(program.run("global_norm", step, gradientList));
      if (!Double.isFinite(norm)) {
        return norm;
      }
      steps++;
      double clip = Math.min(1, options.clipNorm() / (norm + AGAINST_ZERO));
      try (IValue firstList = list(first);
          IValue secondList = list(second);
          IValue clipBy = IValue.from(clip);
          IValue rate = IValue.from(learningRate);
          IValue decay = IValue.from(options.weightDecay());
          IValue beta1 = IValue.from(options.beta1());
          IValue beta2 = IValue.from(options.beta2());
          IValue epsilon = IValue.from(options.epsilon());
          IValue correction1 = IValue.from(1 - Math.pow(options.beta1(), steps));
          IValue correction2 = IValue.from(1 - Math.pow(options.beta2(), steps))) {
        program
            .run(
                "adam_w",
                parameterList,
                gradientList,
                firstList,
                secondList,
                clipBy,
                rate,
                decay,
                beta1,
                beta2,
                epsilon,
                correction1,
                correction2)
            .close();
      }
      return norm;
    }
  }

  long steps() {
    return steps;
  }

  /** First and second moment of a parameter by its place. */
  NDArray moment(int parameter, boolean second) {
    return (second ? this.second : first).get(parameter);
  }

  void restore(long atStep) {
    steps = atStep;
  }

  @Override
  public void close() {
    program.close();
  }

  private static IValue list(List<NDArray> tensors) {
    return IValue.listFrom(tensors.toArray(PtNDArray[]::new));
  }

  private static double number(PtNDArray scalar) {
    return scalar.toType(ai.djl.ndarray.types.DataType.FLOAT64, false).getDouble();
  }
}
