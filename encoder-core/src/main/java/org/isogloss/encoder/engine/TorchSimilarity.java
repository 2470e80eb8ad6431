package org.isogloss.encoder.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.mining.SimilarityBlocks;
import org.isogloss.mining.VectorMatrix;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Products by libtorch on the CPU, float32: the fastest there are where its natives are there. The
 * vectors are read where they lie; a block is one tensor, read where it lies too, and freed when
 * the block is closed.
 *
 * <p>Safe for several threads; each product runs on its calling thread alone, so that miners scale
 * by calling from several.
 */
public final class TorchSimilarity implements SimilarityBlocks, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TorchSimilarity.class);

  /** Whose matrix product is called. */
  public enum Kernel {
    /** oneDNN's: fast on every CPU with wide vectors. */
    ONEDNN("similarity-onednn.torchscript"),
    /** That of {@code torch.mm}, which is MKL's sgemm on x86. */
    ATEN("similarity-aten.torchscript");

    private final String resource;

    Kernel(String resource) {
      this.resource = resource;
    }
  }

  private final NDManager manager;
  private final TorchProgram program;

  private TorchSimilarity(NDManager manager, TorchProgram program) {
    this.manager = manager;
    this.program = program;
  }

  /**
   * With oneDNN, or without it if this libtorch does not have it.
   *
   * @throws IsoglossException ENGINE_UNAVAILABLE if libtorch does not start
   */
  public static TorchSimilarity open() {
    try {
      return open(Kernel.ONEDNN);
    } catch (IsoglossException e) {
      log.debug("compiling for oneDNN failed; trying torch.mm", e);
      return open(Kernel.ATEN);
    }
  }

  /**
   * @throws IsoglossException ENGINE_UNAVAILABLE if libtorch does not start or has no such kernel
   */
  public static TorchSimilarity open(Kernel kernel) {
    // What threads that say nothing get: all cores, as the encoder's default is.
    Engine engine = TorchRuntime.start(Runtime.getRuntime().availableProcessors());
    NDManager manager = engine.newBaseManager(ai.djl.Device.cpu());
    try {
      return new TorchSimilarity(manager, TorchProgram.compile(manager, kernel.resource));
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  /**
   * @throws IsoglossException ENGINE_UNAVAILABLE if memory is short
   */
  @Override
  public Block multiply(VectorMatrix x, int xFrom, int xTo, VectorMatrix y, int yFrom, int yTo) {
    x.requireSameDimension(y);
    if (xFrom == xTo || yFrom == yTo) {
      return new TensorBlock(manager.newSubManager(), MemorySegment.NULL);
    }
    TorchRuntime.prepareThread(1);
    NDManager ofBlock = manager.newSubManager();
    try (PtNDArray left = tensor(ofBlock, x, xFrom, xTo);
        PtNDArray right = tensor(ofBlock, y, yFrom, yTo);
        IValue leftValue = IValue.from(left);
        IValue rightValue = IValue.from(right)) {
      PtNDArray products = program.run("products", ofBlock, leftValue, rightValue);
      ByteBuffer inPlace = products.toByteBuffer(true);
      return new TensorBlock(ofBlock, MemorySegment.ofBuffer(inPlace));
    } catch (EngineException e) {
      ofBlock.close();
      throw new IsoglossException(
          ErrorCode.ENGINE_UNAVAILABLE,
          "libtorch cannot multiply %d by %d rows".formatted(xTo - xFrom, yTo - yFrom),
          e);
    } catch (RuntimeException | Error e) {
      ofBlock.close();
      throw e;
    }
  }

  /** Over the rows themselves, without a copy; the matrix must outlive it. */
  private static PtNDArray tensor(NDManager owner, VectorMatrix matrix, int from, int to) {
    ByteBuffer rows = matrix.rows(from, to).asByteBuffer().order(ByteOrder.nativeOrder());
    return (PtNDArray)
        owner.create(rows, new Shape(to - from, matrix.dimension()), DataType.FLOAT32);
  }

  /** Tensors and managers held at this moment, for the leak test. */
  int liveTensors() {
    return ((PtNDManager) manager).getManagedArrays().size();
  }

  /** The products as libtorch left them; its manager owns the one tensor. */
  private record TensorBlock(NDManager owner, MemorySegment products) implements Block {
    @Override
    public void close() {
      owner.close();
    }
  }

  @Override
  public void close() {
    program.close();
    manager.close();
  }
}
