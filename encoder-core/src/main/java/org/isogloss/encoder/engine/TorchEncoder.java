package org.isogloss.encoder.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorType;
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
 * The encoder on libtorch: one native call per micro-batch. The rows of a micro-batch lie one after
 * another without padding, {@code [tokens][hidden]}; only attention looks at sentences apart, those of
 * equal length together. Weights are mapped from their file and used in place, save query, key and value,
 * which become one matrix when the encoder opens.
 *
 * <p>Safe for several threads. Owns its native memory until closed; the {@link Backbone} must outlive
 * it and stays the caller's.
 */
public final class TorchEncoder implements SentenceEncoder {
  private static final int FIXED_TENSORS = 4;

  private final BackboneConfig config;
  private final EncoderDescription description;
  private final EncoderOptions options;
  private final SentenceTokenizer tokenizer;
  private final NDManager manager;
  private final Arena widened = Arena.ofShared();
  private final EncoderProgram program;
  private final IValue weights;
  private final Provenance monolingual;
  private final Provenance crossLingual;

  private TorchEncoder(
      Backbone backbone, EncoderOptions options, SentenceTokenizer tokenizer, NDManager manager) {
    this.options = options;
    this.tokenizer = tokenizer;
    this.manager = manager;
    config = backbone.config();
    description =
        new EncoderDescription(
            backbone.name(),
            backbone.digest(),
            options.layers(),
            options.pooling(),
            config.hiddenSize(),
            Math.min(options.maxTokens(), config.maxTokens()),
            options.device().name(),
            options.precision().label());
    monolingual = provenance(View.MONOLINGUAL);
    crossLingual = provenance(View.CROSS_LINGUAL);
    program = EncoderProgram.load(manager);
    weights = load(backbone);
  }

  /**
   * Loads a backbone.
   *
   * @throws IsoglossException BAD_OPTION if it has fewer layers; NO_SUCH_DEVICE; ENGINE_UNAVAILABLE;
   *     BAD_TOKENIZER
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
    SentenceTokenizer tokenizer = backbone.openTokenizer();
    NDManager manager = engine.newBaseManager(ai.djl.Device.cpu());
    try {
      return new TorchEncoder(backbone, options, tokenizer, manager);
    } catch (RuntimeException | Error e) {
      manager.close();
      tokenizer.close();
      throw e;
    }
  }

  @Override
  public int dimension() {
    return config.hiddenSize();
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
      return new Rejected(ErrorCode.UNTOKENIZABLE, "the tokenizer failed: " + e);
    }
    return new TokenizedSentence(request.language(), request.views(), tokens);
  }

  @Override
  public List<EncodeOutcome> encode(List<TokenizedSentence> microBatch) {
    if (microBatch.isEmpty()) {
      return List.of();
    }
    Layout layout = new Layout(microBatch);
    float[] pooled;
    try {
      pooled = run(layout);
    } catch (IsoglossException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IsoglossException(
          ErrorCode.ENCODING_FAILED,
          "libtorch failed on %d sentences: %s".formatted(microBatch.size(), e.getMessage()),
          e);
    }
    EncodeOutcome[] outcomes = new EncodeOutcome[microBatch.size()];
    for (int i = 0; i < outcomes.length; i++) {
      int row = layout.order[i];
      outcomes[row] = outcome(microBatch.get(row), pooled, i * config.hiddenSize());
    }
    return List.of(outcomes);
  }

  @Override
  public void close() {
    weights.close();
    program.close();
    manager.close();
    widened.close();
    tokenizer.close();
  }

  /** Tensors and managers held at this moment, for the leak test. */
  int liveTensors() {
    return ((PtNDManager) manager).getManagedArrays().size();
  }

  /** Tokens one after another, ordered by length, so that sentences of equal length are neighbours. */
  private static final class Layout {
    final int[] order;
    final long[] tokens;
    final int total;
    final long[] counts;
    final long[] lengths;

    Layout(List<TokenizedSentence> sentences) {
      order =
          IntStream.range(0, sentences.size())
              .boxed()
              .sorted(Comparator.comparingInt(i -> sentences.get(i).tokens().length()))
              .mapToInt(Integer::intValue)
              .toArray();
      int sum = 0;
      for (TokenizedSentence sentence : sentences) {
        sum += sentence.tokens().length();
      }
      total = sum;
      tokens = new long[2 * total];
      long[] groupCounts = new long[order.length];
      long[] groupLengths = new long[order.length];
      int groups = 0;
      int at = 0;
      for (int row : order) {
        TokenSequence sequence = sentences.get(row).tokens();
        sequence.copyInto(tokens, at);
        for (int p = 0; p < sequence.length(); p++) {
          tokens[total + at + p] = p;
        }
        at += sequence.length();
        if (groups == 0 || groupLengths[groups - 1] != sequence.length()) {
          groupLengths[groups++] = sequence.length();
        }
        groupCounts[groups - 1]++;
      }
      counts = Arrays.copyOf(groupCounts, groups);
      lengths = Arrays.copyOf(groupLengths, groups);
    }
  }

  /** {@code [rows][hidden]} in the layout's order, row-major, not normalised. */
  private float[] run(Layout layout) {
    TorchRuntime.prepareThread();
    try (NDManager call = manager.newSubManager();
        NDArray tokens = call.create(layout.tokens, new Shape(2, layout.total));
        IValue tokenValue = IValue.from((PtNDArray) tokens);
        IValue counts = IValue.listFrom(layout.counts);
        IValue lengths = IValue.listFrom(layout.lengths);
        IValue heads = IValue.from((long) config.heads());
        IValue epsilon = IValue.from(config.layerNormEpsilon());
        IValue first = IValue.from(options.pooling() == Pooling.CLS);
        IValue device = IValue.from(options.device().name());
        NDArray pooled =
            program.run(
                "encode",
                call,
                tokenValue,
                weights,
                counts,
                lengths,
                heads,
                epsilon,
                first,
                device)) {
      return pooled.toFloatArray();
    }
  }

  private EncodeOutcome outcome(TokenizedSentence sentence, float[] pooled, int at) {
    int dimension = config.hiddenSize();
    double square = 0;
    for (int i = at; i < at + dimension; i++) {
      square += (double) pooled[i] * pooled[i];
    }
    if (!(square > 0) || Double.isInfinite(square)) {
      return new Rejected(
          ErrorCode.DEGENERATE_VECTOR,
          "the vector of %d tokens is zero or not finite".formatted(sentence.tokens().length()));
    }
    float scale = (float) (1 / Math.sqrt(square));
    float[] unit = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      unit[i] = pooled[at + i] * scale;
    }
    List<SentenceVector> vectors = new ArrayList<>(sentence.views().size());
    for (View view : View.values()) {
      if (sentence.views().contains(view)) {
        vectors.add(
            new SentenceVector(
                switch (view) {
                  case MONOLINGUAL -> monolingual;
                  case CROSS_LINGUAL -> crossLingual;
                },
                unit));
      }
    }
    return new Encoded(vectors, sentence.tokens().length(), sentence.tokens().truncated());
  }

  private Provenance provenance(View view) {
    SpaceDefinition space =
        new SpaceDefinition(
            description.backbone(),
            description.layers(),
            description.pooling(),
            true,
            description.dimension(),
            "",
            view,
            Optional.empty());
    return new Provenance(
        view,
        space.id(),
        description.backbone(),
        description.layers(),
        Optional.empty(),
        Optional.empty());
  }

  /** Single precision on the CPU is what the file holds, and where: it is used in place. */
  private boolean isInPlace() {
    return options.device().isCpu();
  }

  /**
   * The program's weights: word table, positions with the first segment added, embedding norm (weight,
   * bias); then per layer q k v as one matrix, its bias, attention output, its norm, intermediate,
   * output, its norm, each with its bias.
   */
  private IValue load(Backbone backbone) {
    try (NDManager loading = manager.newSubManager()) {
      List<NDArray> tensors = new ArrayList<>(FIXED_TENSORS + 12 * options.layers());
      NDArray words = settled(loading, array(loading, backbone, "embeddings.word_embeddings.weight"));
      tensors.add(words);
      NDArray types = array(loading, backbone, "embeddings.token_type_embeddings.weight");
      NDArray positions = array(loading, backbone, "embeddings.position_embeddings.weight");
      if (config.positionOffset() > 0) {
        positions = positions.get(config.positionOffset() + ":");
      }
      tensors.add(settled(loading, positions.add(types.get(0))));
      tensors.add(settled(loading, array(loading, backbone, "embeddings.LayerNorm.weight")));
      tensors.add(settled(loading, array(loading, backbone, "embeddings.LayerNorm.bias")));
      for (int layer = 0; layer < options.layers(); layer++) {
        String p = "encoder.layer." + layer + ".";
        String self = p + "attention.self.";
        tensors.add(
            settled(
                loading,
                NDArrays.concat(
                    new NDList(
                        array(loading, backbone, self + "query.weight"),
                        array(loading, backbone, self + "key.weight"),
                        array(loading, backbone, self + "value.weight")))));
        tensors.add(
            settled(
                loading,
                NDArrays.concat(
                    new NDList(
                        array(loading, backbone, self + "query.bias"),
                        array(loading, backbone, self + "key.bias"),
                        array(loading, backbone, self + "value.bias")))));
        for (String name :
            List.of("attention.output.dense", "intermediate.dense", "output.dense")) {
          tensors.add(settled(loading, array(loading, backbone, p + name + ".weight")));
          tensors.add(settled(loading, array(loading, backbone, p + name + ".bias")));
          if (!name.equals("intermediate.dense")) {
            String norm = p + name.replace("dense", "LayerNorm");
            tensors.add(settled(loading, array(loading, backbone, norm + ".weight")));
            tensors.add(settled(loading, array(loading, backbone, norm + ".bias")));
          }
        }
      }
      // The list owns the tensors; the handles go with the loading manager.
      return IValue.listFrom(tensors.toArray(new PtNDArray[0]));
    }
  }

  private NDArray settled(NDManager loading, NDArray tensor) {
    if (isInPlace()) {
      return tensor;
    }
    try (IValue value = IValue.from((PtNDArray) tensor);
        IValue device = IValue.from(options.device().name());
        IValue type = IValue.from((long) options.precision().torchType())) {
      return program.run("settle", loading, value, device, type);
    }
  }

  /** Over the mapped file where it holds single precision, else over a widened copy. */
  private NDArray array(NDManager loading, Backbone backbone, String name) {
    TensorEntry tensor = backbone.tensor(name);
    MemorySegment values = tensor.segment();
    if (tensor.type() != TensorType.F32) {
      values = widened.allocate(4 * tensor.elements(), 64);
      tensor.copyFloats(values);
    }
    ByteBuffer bytes = values.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return loading.create(bytes, new Shape(tensor.dimensions()), DataType.FLOAT32);
  }
}
