package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import org.junit.jupiter.api.Test;

/** Both kinds of dense layer compute the same, whatever the shape. */
class DenseLayersTest {
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
