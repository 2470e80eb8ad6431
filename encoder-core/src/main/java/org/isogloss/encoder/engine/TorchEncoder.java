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
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.encode.Prepared;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.SentenceVector;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.encoder.space.SpaceDefinition;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * The encoder on libtorch: a micro-batch is one native call of {@link EncoderProgram}. Runs packed:
 * there is no padding outside attention, and on a CPU none inside it. Cheapest are micro-batches of
 * sentences of few different lengths.
 *
 * <p>Safe for several threads; each thread that encodes keeps a small buffer.
 */
public final class TorchEncoder implements SentenceEncoder {
  /** Opening and closing token. */
  private static final int SPECIAL_TOKENS = 2;

  private static final int INPUT_ROWS = 3;

  private final Backbone backbone;
  private final EncoderOptions options;
  private final NDManager manager;
  private final EncoderProgram program;
  private final LoadedBackbone loaded;
  private final SentenceTokenizer tokenizer;
  private final EncoderDescription description;
  private final Map<View, Provenance> provenance;
  private final Constants constants;
  private final ThreadLocal<ByteBuffer> inputs = new ThreadLocal<>();
  private volatile boolean closed;

  private TorchEncoder(
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
    this.provenance = new EnumMap<>(View.class);
    for (View view : View.values()) {
      provenance.put(view, bareProvenance(view));
    }
    this.constants = new Constants(program, backbone, options);
  }

  /**
   * Loads a backbone, which stays the caller's and must outlive the encoder.
   *
   * @throws IsoglossException BAD_OPTION if it has fewer layers; NO_SUCH_DEVICE;
   *     ENGINE_UNAVAILABLE; BAD_TOKENIZER
   */
  public static TorchEncoder open(Backbone backbone, EncoderOptions options) {
    if (options.layers() > backbone.config().layers()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "%s has %d layers, not %d"
              .formatted(backbone.name(), backbone.config().layers(), options.layers()));
    }
    Engine engine = TorchRuntime.start(options.threads());
    if (!options.device().isCpu() && options.device().cudaNumber() >= engine.getGpuCount()) {
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
      return new TorchEncoder(backbone, options, manager, program, loaded, tokenizer);
    } catch (EngineException e) {
      closeAll(opened);
      throw new IsoglossException(
          ErrorCode.ENGINE_UNAVAILABLE, "the backbone cannot be loaded: " + lastLine(e), e);
    } catch (RuntimeException | Error e) {
      closeAll(opened);
      throw e;
    }
  }

  @Override
  public int dimension() {
    return description.dimension();
  }

  @Override
  public EncoderDescription description() {
    return description;
  }

  @Override
  public Prepared prepare(SentenceRequest request) {
    TokenSequence tokens;
    try {
      tokens = tokenizer.tokenize(request.text(), description.maxTokens());
    } catch (IsoglossException e) {
      return new Rejected(e.code(), e.reason());
    } catch (RuntimeException e) {
      return new Rejected(ErrorCode.UNTOKENIZABLE, "the tokenizer fails: " + lastLine(e));
    }
    if (tokens.length() <= SPECIAL_TOKENS) {
      return new Rejected(ErrorCode.UNTOKENIZABLE, "the tokenizer finds no token in the text");
    }
    return new TokenizedSentence(request.language(), request.views(), tokens);
  }

  @Override
  public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
    if (closed) {
      throw new IllegalStateException("the encoder is closed");
    }
    if (microBatch.isEmpty()) {
      return List.of();
    }
    int[] order = byLength(microBatch);
    float[] pooled = run(microBatch, order);
    EncodeOutcome[] outcomes = new EncodeOutcome[order.length];
    for (int row = 0; row < order.length; row++) {
      outcomes[order[row]] = outcome(microBatch.get(order[row]), pooled, row);
    }
    return List.of(outcomes);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      constants.close();
      closeAll(List.of(manager, program, loaded, tokenizer));
    }
  }

  /** Tensors and managers held at this moment, for the leak test. */
  int liveTensors() {
    return ((PtNDManager) manager).getManagedArrays().size();
  }

  private static int[] byLength(List<TokenizedSentence> microBatch) {
    Integer[] order = new Integer[microBatch.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingInt(i -> microBatch.get(i).tokens().length()));
    return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
  }

  /** The pooled vectors, {@code [sentences][dimension]} in the order given. */
  private float[] run(List<TokenizedSentence> microBatch, int[] order) {
    Runs runs =
        options.device().isCpu()
            ? Runs.ofEqualLengths(microBatch, order, program.dense().granule())
            : Runs.padded(microBatch);
    TorchRuntime.prepareThread(options.threads());
    try (NDManager call = manager.newSubManager();
        NDArray tokens =
            call.create(
                input(microBatch, order, runs),
                new Shape(INPUT_ROWS, runs.height()),
                DataType.INT64);
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
                constants.noModules,
                constants.noNumbers,
                constants.noModules,
                constants.noNumbers,
                constants.noNumbers,
                constants.noModules,
                constants.noNumbers,
                constants.noNumbers);
        NDArray pooled = answer.toTensor((PtNDManager) call)) {
      return pooled.toFloatArray();
    } catch (EngineException e) {
      throw failure(microBatch.size(), runs.tokens(), e);
    }
  }

  private ByteBuffer input(List<TokenizedSentence> microBatch, int[] order, Runs runs) {
    int total = runs.height();
    int bytes = Math.multiplyExact(INPUT_ROWS * Long.BYTES, total);
    ByteBuffer buffer = inputs.get();
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(Math.max(bytes, 1 << 16)).order(ByteOrder.nativeOrder());
      inputs.set(buffer);
    }
    LongBuffer values = buffer.clear().limit(bytes).asLongBuffer();
    int firstPosition = backbone.config().positionOffset();
    int at = 0;
    for (int row = 0; row < order.length; row++) {
      TokenSequence tokens = microBatch.get(order[row]).tokens();
      for (int place = 0; place < tokens.length(); place++, at++) {
        values.put(at, tokens.id(place));
        values.put(total + at, firstPosition + place);
        values.put(2 * total + at, (long) row * runs.longest() + place);
      }
    }
    for (; at < total; at++) {
      values.put(at, backbone.config().padId());
      values.put(total + at, firstPosition);
      values.put(2 * total + at, 0);
    }
    return buffer.slice(0, bytes).order(ByteOrder.nativeOrder());
  }

  private EncodeOutcome outcome(TokenizedSentence sentence, float[] pooled, int row) {
    int dimension = description.dimension();
    float[] unit = new float[dimension];
    if (!UnitLength.normalise(pooled, row * dimension, unit)) {
      return new Rejected(
          ErrorCode.DEGENERATE_VECTOR, "the vector is zero, infinite or not a number");
    }
    List<SentenceVector> vectors = new ArrayList<>(sentence.views().size());
    for (Map.Entry<View, Provenance> view : provenance.entrySet()) {
      if (sentence.views().contains(view.getKey())) {
        vectors.add(new SentenceVector(view.getValue(), unit));
      }
    }
    return new Encoded(vectors, sentence.tokens().length(), sentence.tokens().truncated());
  }

  private Provenance bareProvenance(View view) {
    SpaceDefinition space =
        new SpaceDefinition(
            backbone.digest(),
            options.layers(),
            options.pooling(),
            true,
            backbone.config().hiddenSize(),
            "",
            view,
            Optional.empty());
    return new Provenance(
        view, space.id(), backbone.digest(), options.layers(), Optional.empty(), Optional.empty());
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

  private static String lastLine(Throwable e) {
    return String.valueOf(e.getMessage())
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((first, last) -> last)
        .orElse(e.getClass().getSimpleName());
  }

  /** In reverse order. */
  private static void closeAll(List<AutoCloseable> resources) {
    for (AutoCloseable resource : resources.reversed()) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing an encoder cannot fail", e);
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

    Constants(EncoderProgram program, Backbone backbone, EncoderOptions options) {
      padded = IValue.from(!options.device().isCpu());
      heads = IValue.from((long) backbone.config().heads());
      epsilon = IValue.from(backbone.config().layerNormEpsilon());
      firstToken = IValue.from(options.pooling() == Pooling.CLS);
      device = IValue.from(options.device().name());
      noModules = program.run("no_modules");
      noNumbers = IValue.listFrom(new long[0]);
    }

    @Override
    public void close() {
      for (IValue value :
          List.of(padded, heads, epsilon, firstToken, device, noModules, noNumbers)) {
        value.close();
      }
    }
  }
}
