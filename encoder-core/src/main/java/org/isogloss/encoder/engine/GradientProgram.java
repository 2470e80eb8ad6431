package org.isogloss.encoder.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The encoder as training runs it: a {@code forward} that gradients can be taken through, over a
 * frozen backbone, for any micro-batch of any languages and views. It runs the very {@code vectors}
 * that serves, laid out by the same {@link BatchPlan}, so what is trained is what is served; {@code
 * gradient.torchscript} only makes its arguments, since no more than flat lists of tensors can pass
 * where DJL records gradients. Compiled once: the layout travels as a tensor.
 *
 * <p>A step: mark the tensors of {@link TrainableModules} that train as requiring gradients; within
 * a {@code GradientCollector}, of which a process has one at a time, {@link #forward}, normalise,
 * compute the loss, {@code backward}; close the step's manager. Differentiated are embedding
 * tables, LoRA, adapters, post-processing and affine maps; the backbone only if it was opened so.
 *
 * <p>In single precision on a CPU dense layers are oneDNN's, though not the packed ones of serving,
 * which have no gradients; else they are libtorch's own. Safe for several threads as far as they
 * use no tensor together.
 */
final class GradientProgram implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GradientProgram.class);
  private static final long MEAN = 0;
  private static final long FIRST_TOKEN = 1;
  private static final long STATES = 2;

  private final BackboneConfig config;
  private final EncoderOptions options;
  private final DataType type;
  private final EncoderProgram.Dense dense;
  private final NDManager manager;
  private final TorchProgram program;
  private final BackboneWeights weights;

  private GradientProgram(
      BackboneConfig config,
      EncoderOptions options,
      DataType type,
      EncoderProgram.Dense dense,
      NDManager manager,
      TorchProgram program,
      BackboneWeights weights) {
    this.config = config;
    this.options = options;
    this.type = type;
    this.dense = dense;
    this.manager = manager;
    this.program = program;
    this.weights = weights;
  }

  /**
   * Compiles the program and copies the backbone's weights, which may be closed then.
   *
   * @param options layers, pooling, device and threads; precision is the type's
   * @param type FLOAT32 to train, FLOAT64 to check gradients
   * @throws org.isogloss.error.IsoglossException ENGINE_UNAVAILABLE
   */
  static GradientProgram open(Backbone backbone, EncoderOptions options, DataType type) {
    return open(backbone, options, type, false);
  }

  /**
   * The same.
   *
   * @param whole whether the backbone's own weights can learn
   */
  static GradientProgram open(
      Backbone backbone, EncoderOptions options, DataType type, boolean whole) {
    if (type != DataType.FLOAT32 && type != DataType.FLOAT64) {
      throw new IllegalArgumentException("trains in FLOAT32 or FLOAT64, not " + type);
    }
    Engine engine = TorchRuntime.start(options.threads());
    TorchRuntime.prepareThread(options.threads());
    NDManager manager =
        engine.newBaseManager(
            options.device().isCpu()
                ? ai.djl.Device.cpu()
                : ai.djl.Device.gpu(options.device().cudaNumber()));
    try {
      EncoderProgram.Dense dense =
          type == DataType.FLOAT32 && options.device().isCpu()
              ? EncoderProgram.Dense.ONEDNN_DIFFERENTIABLE
              : EncoderProgram.Dense.ATEN;
      TorchProgram program;
      try {
        program = EncoderProgram.loadForTraining(manager, dense);
      } catch (IsoglossException e) {
        log.warn("this libtorch has no oneDNN; training runs on its own operators");
        log.debug("compiling for oneDNN failed", e);
        dense = EncoderProgram.Dense.ATEN;
        program = EncoderProgram.loadForTraining(manager, dense);
      }
      return new GradientProgram(
          backbone.config(),
          options,
          type,
          dense,
          manager,
          program,
          whole
              ? BackboneWeights.learning(manager, backbone, options.layers(), type)
              : BackboneWeights.frozen(manager, backbone, options.layers(), type));
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  /** What tensors hold. */
  DataType type() {
    return type;
  }

  /** For tensors of {@link TrainableModules}; closed with this. */
  NDManager manager() {
    return manager;
  }

  /** The plan of a micro-batch, whose {@link BatchPlan#output} says where each vector is. */
  BatchPlan<TrainableModules.Part> plan(List<BatchPlan.Item<TrainableModules.Part>> items) {
    return BatchPlan.of(items, !options.device().isCpu(), dense.granule());
  }

  /**
   * Encodes a micro-batch.
   *
   * @param step owns the result and all that is made for it
   * @return {@code [outputs of the plan][hidden]} of this program's type, in host memory, not
   *     normalised
   */
  NDArray forward(NDManager step, BatchPlan<TrainableModules.Part> plan) {
    return forward(step, plan, true, Dropout.NONE);
  }

  /**
   * The same.
   *
   * @param recorded whether gradients will be taken; without, memory is freed on the way
   */
  NDArray forward(NDManager step, BatchPlan<TrainableModules.Part> plan, boolean recorded) {
    return forward(step, plan, recorded, Dropout.NONE);
  }

  /**
   * The same with values left out of the states, each sentence's own ones: BERT's dropout of hidden
   * states, without that of attention weights. The draw is libtorch's, of which a process has one:
   * nothing else may draw meanwhile.
   */
  NDArray forward(
      NDManager step, BatchPlan<TrainableModules.Part> plan, boolean recorded, Dropout states) {
    return forward(
        step,
        plan,
        options.pooling() == Pooling.CLS ? FIRST_TOKEN : MEAN,
        plan.finishes().isEmpty() ? new long[0] : plan.pooledRows(),
        recorded,
        states);
  }

  /**
   * The states that the last layer gives tokens, on the program's device.
   *
   * @param tokens in the order of the plan's rows, as it packs them
   * @return {@code [tokens][hidden]}
   */
  NDArray states(
      NDManager step, BatchPlan<TrainableModules.Part> plan, long[] tokens, boolean recorded) {
    return forward(step, plan, STATES, tokens, recorded, Dropout.NONE);
  }

  /** The backbone's table of pieces, {@code [pieces][hidden]}; stays the program's. */
  NDArray table() {
    return weights.table();
  }

  /** The backbone's weights by the checkpoint's names, if they can learn; else nothing. */
  SequencedMap<String, NDArray> learnable() {
    return weights.learnable();
  }

  private NDArray forward(
      NDManager step,
      BatchPlan<TrainableModules.Part> plan,
      long gives,
      long[] index,
      boolean recorded,
      Dropout states) {
    if (states.share() > 0) {
      Engine.getEngine("PyTorch").setRandomSeed(Long.hashCode(states.seed()));
    }
    TorchRuntime.prepareThread(options.threads());
    Runs runs = plan.runs();
    long[] tokens = new long[BatchPlan.TOKEN_ROWS * runs.height()];
    plan.writeTokens(LongBuffer.wrap(tokens), config.positionOffset(), config.padId());
    NDList inputs = new NDList();
    inputs.add(step.create(tokens, new Shape(BatchPlan.TOKEN_ROWS, runs.height())));
    inputs.add(step.create(index, new Shape(index.length)));
    inputs.add(step.create(numbers(plan, gives)));
    inputs.add(step.create(factors(plan, states.share())));
    weights.joined(step).forEach(inputs::add);
    NDArray empty = step.create(new Shape(0), type);
    inputs.add(part(empty));
    for (BatchPlan.Slice<TrainableModules.Part> slice : plan.slices()) {
      add(inputs, slice, List.of(empty));
    }
    for (BatchPlan.Slice<TrainableModules.Part> adapter : plan.adapters()) {
      add(inputs, adapter, List.of());
    }
    for (BatchPlan.Slice<TrainableModules.Part> finish : plan.finishes()) {
      add(inputs, finish, List.of(empty, empty, empty, empty));
    }
    return program.forward(inputs, recorded);
  }

  @Override
  public void close() {
    program.close();
    manager.close();
  }

  /**
   * A number for an operator that gradients pass through. DJL's operators that take a {@code
   * Number} make such a tensor too, over memory that a collection may free once they return; but
   * some are read again on the way back, when next to zero may stand there. Widens no tensor that
   * has dimensions, a scalar to float64.
   *
   * @param step owns it until gradients were taken
   */
  static NDArray scalar(NDManager step, double value) {
    return step.create(value);
  }

  /** A copy in the program's type. */
  static NDArray tensor(NDManager owner, float[] values, Shape shape, DataType type) {
    if (type == DataType.FLOAT32) {
      return owner.create(values, shape);
    }
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return owner.create(wide, shape);
  }

  /** The same, rounded to the program's type. */
  static NDArray tensor(NDManager owner, double[] values, Shape shape, DataType type) {
    if (type == DataType.FLOAT64) {
      return owner.create(values, shape);
    }
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return owner.create(narrow, shape);
  }

  private long[] numbers(BatchPlan<TrainableModules.Part> plan, long gives) {
    List<Long> numbers = new ArrayList<>();
    Runs runs = plan.runs();
    numbers.add((long) config.heads());
    numbers.add(gives);
    numbers.add(options.device().isCpu() ? 0L : 1L);
    numbers.add((long) options.layers());
    numbers.add((long) runs.rows().length);
    numbers.add((long) plan.slices().size());
    numbers.add((long) plan.adapters().size());
    numbers.add((long) plan.finishes().size());
    for (int run = 0; run < runs.rows().length; run++) {
      numbers.add(runs.rows()[run]);
      numbers.add(runs.lengths()[run]);
    }
    for (BatchPlan.Slice<TrainableModules.Part> slice : plan.slices()) {
      numbers.add((long) slice.tokens());
      numbers.add(slice.modules().filter(TrainableModules.Part::lowRank).isPresent() ? 1L : 0L);
    }
    for (BatchPlan.Slice<TrainableModules.Part> adapter : plan.adapters()) {
      numbers.add((long) adapter.from());
      numbers.add((long) adapter.tokens());
    }
    for (BatchPlan.Slice<TrainableModules.Part> finish : plan.finishes()) {
      numbers.add((long) finish.tokens());
    }
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private double[] factors(BatchPlan<TrainableModules.Part> plan, double dropout) {
    List<Double> factors = new ArrayList<>();
    factors.add(config.layerNormEpsilon());
    factors.add(dropout);
    for (BatchPlan.Slice<TrainableModules.Part> slice : plan.slices()) {
      factors.addAll(slice.modules().map(TrainableModules.Part::factors).orElse(List.of(1.0, 1.0)));
    }
    for (BatchPlan.Slice<TrainableModules.Part> adapter : plan.adapters()) {
      factors.addAll(adapter.modules().orElseThrow().factors());
    }
    return factors.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void add(
      NDList inputs, BatchPlan.Slice<TrainableModules.Part> slice, List<NDArray> bare) {
    for (NDArray tensor : slice.modules().map(TrainableModules.Part::tensors).orElse(bare)) {
      inputs.add(part(tensor));
    }
  }

  /** DJL gathers arrays of such a name into one list. */
  private static NDArray part(NDArray tensor) {
    tensor.setName("parts[]");
    return tensor;
  }
}
