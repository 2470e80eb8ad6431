package org.isogloss.encoder.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A backbone on its device with the program that runs it: what all routes of an encoder share.
 *
 * <p>Safe for several threads; each thread that encodes keeps a small buffer.
 */
final class BackboneRuntime implements AutoCloseable {
  private final Backbone backbone;
  private final EncoderOptions options;
  private final NDManager manager;
  private final EncoderProgram program;
  private final LoadedBackbone loaded;
  private final SentenceTokenizer tokenizer;
  private final EncoderDescription description;
  private final Constants constants;
  private final ModuleMemory moduleMemory;
  private final Lanes lanes;
  private final ThreadLocal<ByteBuffer> inputs = new ThreadLocal<>();

  /** Read by every call under way, over all routes; written by closing, which so waits for them. */
  private final ReadWriteLock calls = new ReentrantReadWriteLock();

  private final LongAdder microBatches = new LongAdder();
  private final LongAdder nativeCalls = new LongAdder();
  private final LongAdder computedTokens = new LongAdder();
  private final LongAdder computedRows = new LongAdder();
  private boolean closed;

  private BackboneRuntime(
      Backbone backbone,
      EncoderOptions options,
      NDManager manager,
      EncoderProgram program,
      LoadedBackbone loaded,
      SentenceTokenizer tokenizer) {
    this.backbone = backbone;
    this.options = options;
    this.manager = manager;
    this.program = program;
    this.loaded = loaded;
    this.tokenizer = tokenizer;
    this.description =
        new EncoderDescription(
            backbone.name(),
            backbone.digest(),
            options.layers(),
            options.pooling(),
            backbone.config().hiddenSize(),
            Math.min(options.maxTokens(), backbone.config().maxTokens()),
            options.device().name(),
            options.precision().label());
    this.lanes = new Lanes(options.device().isCpu() ? options.threads() : 1);
    this.constants = new Constants(manager, program, backbone, options);
    this.moduleMemory = new ModuleMemory(options.moduleMemoryBytes());
  }

  static BackboneRuntime open(Backbone backbone, EncoderOptions options) {
    if (options.layers() > backbone.config().layers()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "%s has %d layers, not %d"
              .formatted(backbone.name(), backbone.config().layers(), options.layers()));
    }
    Engine engine = TorchRuntime.start(options.threads());
    if (!options.device().isPresent(engine.getGpuCount())) {
      throw new IsoglossException(
          ErrorCode.NO_SUCH_DEVICE,
          "%s is not there: libtorch sees %d CUDA devices"
              .formatted(options.device().name(), engine.getGpuCount()));
    }
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      TorchRuntime.prepareThread(options.threads());
      NDManager manager = engine.newBaseManager(ai.djl.Device.cpu());
      opened.add(manager);
      EncoderProgram program = EncoderProgram.loadFor(manager, options.device());
      opened.add(program);
      LoadedBackbone loaded = LoadedBackbone.load(manager, program, backbone, options);
      opened.add(loaded);
      SentenceTokenizer tokenizer = backbone.openTokenizer();
      opened.add(tokenizer);
      return new BackboneRuntime(backbone, options, manager, program, loaded, tokenizer);
    } catch (EngineException e) {
      closeAll(opened);
      throw new IsoglossException(
          ErrorCode.ENGINE_UNAVAILABLE, "the backbone cannot be loaded: " + lastLine(e), e);
    } catch (RuntimeException | Error e) {
      closeAll(opened);
      throw e;
    }
  }

  Backbone backbone() {
    return backbone;
  }

  EncoderOptions options() {
    return options;
  }

  EncoderDescription description() {
    return description;
  }

  SentenceTokenizer tokenizer() {
    return tokenizer;
  }

  ModuleMemory moduleMemory() {
    return moduleMemory;
  }

  int hiddenSize() {
    return backbone.config().hiddenSize();
  }

  /** What the loaded queries are scaled by: 1/sqrt(head size). */
  double queryScale() {
    return 1 / Math.sqrt((double) hiddenSize() / backbone.config().heads());
  }

  /**
   * Begins a call; {@link #leave} ends it, on the same thread. Until then nothing is closed.
   *
   * @throws IllegalStateException if it is closed
   */
  void enter() {
    calls.readLock().lock();
    if (closed) {
      calls.readLock().unlock();
      throw new IllegalStateException("the encoder is closed");
    }
  }

  void leave() {
    calls.readLock().unlock();
  }

  /** How many rows the dense layers like at a time. */
  private int granule() {
    return program.dense().granule();
  }

  NDManager newManager() {
    return manager.newSubManager();
  }

  /** Tokens that went through {@link #run}. */
  long computedTokens() {
    return computedTokens.sum();
  }

  /** The same with filling rows. */
  long computedRows() {
    return computedRows.sum();
  }

  /** Micro-batches that {@link #run} was given. */
  long microBatches() {
    return microBatches.sum();
  }

  /** How often it went into the program for them. */
  long nativeCalls() {
    return nativeCalls.sum();
  }

  /** Tensors and managers held at this moment, for the leak test. */
  int liveTensors() {
    return ((PtNDManager) manager).getManagedArrays().size();
  }

  /** Brings a module's tensors to the device by one of the program's methods; the caller closes. */
  IValue loadTensors(String method, List<PtNDArray> tensors) {
    TorchRuntime.prepareThread(options.threads());
    try (IValue list = IValue.listFrom(tensors.toArray(PtNDArray[]::new));
        IValue type = IValue.from((long) options.precision().torchType());
        IValue device = IValue.from(options.device().name())) {
      return program.run(method, list, type, device);
    } catch (EngineException e) {
      throw new IsoglossException(
          ErrorCode.ENGINE_UNAVAILABLE, "a module cannot be loaded: " + lastLine(e), e);
    }
  }

  /**
   * Encodes a micro-batch between {@link #enter} and {@link #leave}: one native call, or one on
   * each of the {@link Lanes}.
   *
   * @throws IsoglossException ENCODING_FAILED, or ENGINE_UNAVAILABLE for a lack of memory
   */
  PooledRows run(List<BatchPlan.Item<IValue>> items) {
    microBatches.increment();
    List<List<Integer>> parts = lanes.cut(items);
    List<BatchPlan<IValue>> plans = new ArrayList<>(parts.size());
    for (List<Integer> part : parts) {
      plans.add(
          BatchPlan.of(
              part.stream().map(items::get).toList(), !options.device().isCpu(), granule()));
    }
    int threads = plans.size() == 1 ? options.threads() : 1;
    return new PooledRows(
        parts, plans, lanes.runAll(plans, plan -> runPart(plan, threads)), description.dimension());
  }

  /** One native call; gives {@code [outputs of the plan][hidden]}, not normalised. */
  private float[] runPart(BatchPlan<IValue> plan, int threads) {
    Runs runs = plan.runs();
    nativeCalls.increment();
    computedTokens.add(runs.tokens());
    computedRows.add(runs.height());
    TorchRuntime.prepareThread(threads);
    List<AutoCloseable> own = new ArrayList<>();
    try (NDManager call = manager.newSubManager();
        NDArray tokens =
            call.create(
                input(plan), new Shape(BatchPlan.TOKEN_ROWS, runs.height()), DataType.INT64);
        IValue input = IValue.from((PtNDArray) tokens);
        IValue rows = IValue.listFrom(runs.rows());
        IValue lengths = IValue.listFrom(runs.lengths());
        IValue answer =
            program.run(
                "encode",
                input,
                rows,
                lengths,
                constants.padded,
                loaded.weights(),
                constants.heads,
                constants.epsilon,
                constants.firstToken,
                constants.device,
                modules(plan.slices(), constants.bareLanguage, own),
                numbers(plan.slices().stream().mapToLong(BatchPlan.Slice::tokens).toArray(), own),
                modules(plan.adapters(), constants.bareFinish, own),
                numbers(plan.adapters().stream().mapToLong(BatchPlan.Slice::from).toArray(), own),
                numbers(plan.adapters().stream().mapToLong(BatchPlan.Slice::tokens).toArray(), own),
                modules(plan.finishes(), constants.bareFinish, own),
                finishIndex(plan, call, own),
                numbers(
                    plan.finishes().stream().mapToLong(BatchPlan.Slice::tokens).toArray(), own));
        NDArray pooled = answer.toTensor((PtNDManager) call)) {
      return pooled.toFloatArray();
    } catch (EngineException e) {
      throw failure(plan.rows(), runs.tokens(), e);
    } finally {
      closeAll(own);
    }
  }

  private IValue modules(
      List<BatchPlan.Slice<IValue>> slices, IValue bare, List<AutoCloseable> own) {
    if (slices.isEmpty()) {
      return constants.noModules;
    }
    IValue list =
        IValue.listFrom(
            slices.stream().map(slice -> slice.modules().orElse(bare)).toArray(IValue[]::new));
    own.add(list);
    return list;
  }

  private IValue numbers(long[] numbers, List<AutoCloseable> own) {
    if (numbers.length == 0) {
      return constants.noNumbers;
    }
    IValue list = IValue.listFrom(numbers);
    own.add(list);
    return list;
  }

  private IValue finishIndex(BatchPlan<IValue> plan, NDManager call, List<AutoCloseable> own) {
    if (plan.finishes().isEmpty()) {
      return constants.noIndex;
    }
    IValue index = IValue.from((PtNDArray) call.create(plan.pooledRows()));
    own.add(index);
    return index;
  }

  private ByteBuffer input(BatchPlan<IValue> plan) {
    int bytes = Math.multiplyExact(BatchPlan.TOKEN_ROWS * Long.BYTES, plan.runs().height());
    ByteBuffer buffer = inputs.get();
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(Math.max(bytes, 1 << 16)).order(ByteOrder.nativeOrder());
      inputs.set(buffer);
    }
    plan.writeTokens(
        buffer.clear().limit(bytes).asLongBuffer(),
        backbone.config().positionOffset(),
        backbone.config().padId());
    return buffer.slice(0, bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    calls.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        lanes.close();
        constants.close();
        closeAll(List.of(manager, program, loaded, tokenizer));
      }
    } finally {
      calls.writeLock().unlock();
    }
  }

  private static IsoglossException failure(int sentences, int tokens, EngineException e) {
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    boolean memory =
        text.contains("out of memory")
            || text.contains("not enough memory")
            || text.contains("can't allocate memory");
    return new IsoglossException(
        memory ? ErrorCode.ENGINE_UNAVAILABLE : ErrorCode.ENCODING_FAILED,
        "libtorch fails on %d sentences of %d tokens: %s".formatted(sentences, tokens, lastLine(e)),
        e);
  }

  static String lastLine(Throwable e) {
    return String.valueOf(e.getMessage())
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((first, last) -> last)
        .orElse(e.getClass().getSimpleName());
  }

  /** In reverse order. */
  static void closeAll(List<AutoCloseable> resources) {
    for (AutoCloseable resource : resources.reversed()) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing native resources cannot fail", e);
      }
    }
  }

  /** Arguments that never change. */
  private static final class Constants implements AutoCloseable {
    private final IValue padded;
    private final IValue heads;
    private final IValue epsilon;
    private final IValue firstToken;
    private final IValue device;
    private final IValue noModules;
    private final IValue noNumbers;
    private final IValue noIndex;

    /** No table and no low-rank pairs. */
    private final IValue bareLanguage;

    /** Nothing after pooling. */
    private final IValue bareFinish;

    Constants(
        NDManager manager, EncoderProgram program, Backbone backbone, EncoderOptions options) {
      padded = IValue.from(!options.device().isCpu());
      heads = IValue.from((long) backbone.config().heads());
      epsilon = IValue.from(backbone.config().layerNormEpsilon());
      firstToken = IValue.from(options.pooling() == Pooling.CLS);
      device = IValue.from(options.device().name());
      noModules = program.run("no_modules");
      noNumbers = IValue.listFrom(new long[0]);
      noIndex = IValue.from((PtNDArray) manager.create(new long[0], new Shape(0)));
      PtNDArray empty = (PtNDArray) manager.create(new float[0], new Shape(0));
      bareLanguage = IValue.listFrom(empty);
      bareFinish = IValue.listFrom(empty, empty, empty, empty);
    }

    @Override
    public void close() {
      for (IValue value :
          List.of(
              padded,
              heads,
              epsilon,
              firstToken,
              device,
              noModules,
              noNumbers,
              noIndex,
              bareLanguage,
              bareFinish)) {
        value.close();
      }
    }
  }
}
