package org.isogloss.encoder.engine;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The encoder as TorchScript. Safe for several threads. */
final class EncoderProgram implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EncoderProgram.class);
  private static final String SOURCE = "encoder.torchscript";
  private static final String GRADIENT_SOURCE = "gradient.torchscript";

  /** How dense layers are computed. */
  enum Dense {
    /** oneDNN with packed weights: CPU, float32. */
    ONEDNN("dense-onednn.torchscript", 16),
    /** libtorch's own operators: any device, any precision, differentiable. */
    ATEN("dense-aten.torchscript", 1),
    /** oneDNN with plain weights: CPU, float32, differentiable. */
    ONEDNN_DIFFERENTIABLE("dense-training.torchscript", 16);

    private final String resource;
    private final int granule;

    Dense(String resource, int granule) {
      this.resource = resource;
      this.granule = granule;
    }

    /**
     * What the number of rows should be a multiple of. oneDNN generates code for every number of
     * rows it meets, for some milliseconds each, so it should meet few.
     */
    int granule() {
      return granule;
    }
  }

  private final TorchProgram program;
  private final Dense dense;

  private EncoderProgram(TorchProgram program, Dense dense) {
    this.program = program;
    this.dense = dense;
  }

  /**
   * Compiles the program with the dense layers that suit the device: on a CPU oneDNN's, if this
   * libtorch has it. Its kernels follow the instruction set alone, where MKL's are slow on CPUs
   * that are not Intel's.
   *
   * @param owner closes it, at the latest
   */
  static EncoderProgram loadFor(NDManager owner, Device device) {
    if (device.isCpu()) {
      try {
        return load(owner, Dense.ONEDNN);
      } catch (IsoglossException e) {
        log.warn("this libtorch has no oneDNN; dense layers run on its own operators");
        log.debug("compiling for oneDNN failed", e);
      }
    }
    return load(owner, Dense.ATEN);
  }

  static EncoderProgram load(NDManager owner, Dense dense) {
    return new EncoderProgram(TorchProgram.compile(owner, dense.resource, SOURCE), dense);
  }

  /** The program with a {@code forward} that gradients can be taken through. */
  static TorchProgram loadForTraining(NDManager owner, Dense dense) {
    return TorchProgram.compile(owner, dense.resource, SOURCE, GRADIENT_SOURCE);
  }

  /** Runs a method; the caller closes the answer. */
  IValue run(String method, IValue... arguments) {
    return program.run(method, arguments);
  }

  /** Runs a method whose result is one tensor, which belongs to that manager then. */
  PtNDArray run(String method, NDManager resultOwner, IValue... arguments) {
    return program.run(method, resultOwner, arguments);
  }

  Dense dense() {
    return dense;
  }

  @Override
  public void close() {
    program.close();
  }
}
