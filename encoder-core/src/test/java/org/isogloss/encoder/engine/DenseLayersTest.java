package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** All kinds of dense layer compute the same, whatever the shape. */
class DenseLayersTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261129L);

  @Test
  void packedWeightsComputeWhatPlainOnesDoForAnyNumberOfOutputs() {
    try (NDManager manager = TorchRuntime.start(1).newBaseManager(ai.djl.Device.cpu());
        EncoderProgram onednn = EncoderProgram.load(manager, EncoderProgram.Dense.ONEDNN);
        EncoderProgram aten = EncoderProgram.load(manager, EncoderProgram.Dense.ATEN)) {
      int[][] shapes = {
        {96, 32},
        {48, 768},
        {64, 32},
        {65, 32},
        {3, 5},
        {936, 312},
        {768, 8},
        {2304, 768},
        {768, 96}
      };
      for (int[] shape : shapes) {
        for (int rows : new int[] {16, 48}) {
          try (NDManager call = manager.newSubManager()) {
            NDArray x = call.randomNormal(new Shape(rows, shape[1]));
            NDArray w = call.randomNormal(new Shape(shape[0], shape[1]));
            NDArray b = call.randomNormal(new Shape(shape[0]));
            for (String method : new String[] {"dense", "dense_gelu"}) {
              NDArray difference =
                  run(onednn, call, method, x, w, b).sub(run(aten, call, method, x, w, b)).abs();
              assertThat(difference.max().getFloat())
                  .as("%s, %d outputs, %d inputs, %d rows", method, shape[0], shape[1], rows)
                  .isLessThan(1e-3f);
            }
          }
        }
      }
    }
  }

  /** Outputs and inputs: multiples of 64, and what is none on either side. */
  private static final int[][] TRAINED_SHAPES = {
    {64, 768},
    {768, 64},
    {2304, 768},
    {768, 3072},
    {192, 320},
    {96, 32},
    {48, 768},
    {768, 48},
    {96, 768},
    {768, 96},
    {65, 32},
    {3, 5},
    {936, 312},
    {312, 1248},
    {32, 128}
  };

  @Test
  void layersThatGradientsPassThroughComputeWhatDoublePrecisionDoesForAnyShape() {
    try (NDManager manager = TorchRuntime.start(1).newBaseManager(ai.djl.Device.cpu());
        TorchProgram onednn = TorchProgram.compile(manager, "dense-training.torchscript", FORWARD);
        TorchProgram aten = TorchProgram.compile(manager, "dense-aten.torchscript", FORWARD)) {
      TorchRuntime.prepareThread(1);
      Random random = new Random(SEED);
      for (int[] shape : TRAINED_SHAPES) {
        for (int rows : new int[] {1, 7, 16, 144}) {
          double[][] values = {
            gaussian(random, rows * shape[1]),
            gaussian(random, shape[0] * shape[1]),
            gaussian(random, shape[0])
          };
          double[] loss = gaussian(random, rows * shape[0]);
          List<double[]> found =
              gradients(manager, onednn, DataType.FLOAT32, rows, shape, values, loss);
          List<double[]> right =
              gradients(manager, aten, DataType.FLOAT64, rows, shape, values, loss);
          String[] what = {
            "output", "gradient of x", "gradient of the weights", "gradient of the bias"
          };
          for (int i = 0; i < what.length; i++) {
            assertThat(relativeDistance(found.get(i), right.get(i)))
                .as(
                    "seed %d: %s, %d outputs, %d inputs, %d rows",
                    SEED, what[i], shape[0], shape[1], rows)
                .isLessThan(1e-5);
          }
        }
      }
    }
  }

  private static final String FORWARD = "dense-forward.torchscript";

  /** The layer's output, then the gradients of x, weights and bias, of a sum with these factors. */
  private static List<double[]> gradients(
      NDManager manager,
      TorchProgram program,
      DataType type,
      int rows,
      int[] shape,
      double[][] values,
      double[] factors) {
    try (NDManager step = manager.newSubManager()) {
      NDArray x = GradientProgram.tensor(step, values[0], new Shape(rows, shape[1]), type);
      NDArray w = GradientProgram.tensor(step, values[1], new Shape(shape[0], shape[1]), type);
      NDArray b = GradientProgram.tensor(step, values[2], new Shape(shape[0]), type);
      List<NDArray> leaves = List.of(x, w, b);
      leaves.forEach(leaf -> leaf.setRequiresGradient(true));
      List<double[]> gradients = new ArrayList<>();
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray out = program.forward(new NDList(x, w, b), true);
        gradients.add(doubles(out));
        collector.backward(
            out.mul(GradientProgram.tensor(step, factors, new Shape(rows, shape[0]), type)).sum());
      }
      for (NDArray leaf : leaves) {
        NDArray gradient = leaf.getGradient();
        gradient.attach(step);
        gradients.add(doubles(gradient));
      }
      return gradients;
    }
  }

  private static double[] doubles(NDArray array) {
    return array.toType(DataType.FLOAT64, true).toDoubleArray();
  }

  private static double[] gaussian(Random random, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      // Single precision holds it exactly.
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Euclidean, of the right one's length. */
  private static double relativeDistance(double[] found, double[] right) {
    double distance = 0;
    double length = 0;
    for (int i = 0; i < right.length; i++) {
      distance += (found[i] - right[i]) * (found[i] - right[i]);
      length += right[i] * right[i];
    }
    return Math.sqrt(distance / length);
  }

  private static NDArray run(
      EncoderProgram program, NDManager owner, String method, NDArray x, NDArray w, NDArray b) {
    try (IValue weights = IValue.from((PtNDArray) w);
        IValue packed = program.run("pack", weights);
        IValue input = IValue.from((PtNDArray) x);
        IValue bias = IValue.from((PtNDArray) b)) {
      return program.run(method, owner, input, packed, bias);
    }
  }
}
