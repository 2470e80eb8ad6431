package org.isogloss.encoder.backbone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A checkpoint in Hugging Face layout: {@code config.json}, {@code model.safetensors} (or its
 * shards and their index), {@code tokenizer.json} or {@code vocab.txt}, and perhaps
 * sentence-transformers' files, which say how it wants to be used ({@link EncodingRecipe}). Opening
 * it checks that every tensor of the encoder is there in the shape that the configuration says;
 * weights are mapped, not read.
 *
 * <p>Tensors go by the names of Hugging Face's {@code BertModel}, such as {@code
 * encoder.layer.0.attention.self.query.weight} of shape {@code [out][in]}. A prefix in the file
 * ({@code bert.}, {@code roberta.}) and the old names {@code LayerNorm.gamma} and {@code
 * LayerNorm.beta} are understood.
 *
 * <p>Safe for use by several threads. Owns the mapped memory: close it after everything that uses
 * its segments.
 */
public final class Backbone implements AutoCloseable {
  private static final List<String> PREFIXES = List.of("", "bert.", "roberta.");

  private final Path directory;
  private final BackboneConfig config;
  private final EncodingRecipe recipe;
  private final WeightFiles weights;
  private final Optional<DenseHead> head;
  private final Map<String, TensorEntry> tensors;
  private final TokenizerSource tokenizer;
  private final Digest digest;

  private Backbone(
      Path directory,
      BackboneConfig config,
      EncodingRecipe recipe,
      WeightFiles weights,
      Optional<DenseHead> head,
      Map<String, TensorEntry> tensors,
      TokenizerSource tokenizer,
      Digest digest) {
    this.directory = directory;
    this.config = config;
    this.recipe = recipe;
    this.weights = weights;
    this.head = head;
    this.tensors = Map.copyOf(tensors);
    this.tokenizer = tokenizer;
    this.digest = digest;
  }

  /**
   * Opens a checkpoint. Its digest comes from {@link FileDigests}, so that only the first opening
   * reads all the weights.
   *
   * @throws IsoglossException MODEL_FILE_MISSING, BAD_SAFETENSORS, UNSUPPORTED_MODEL, BAD_TENSOR or
   *     BAD_TOKENIZER, naming the file
   */
  public static Backbone open(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new IsoglossException(
          ErrorCode.MODEL_FILE_MISSING, "there is no model directory " + directory);
    }
    BackboneConfig config = BackboneConfig.read(directory.resolve("config.json"));
    EncodingRecipe recipe = EncodingRecipe.read(directory);
    TokenizerSource tokenizer = TokenizerSource.find(directory);
    WeightFiles weights = WeightFiles.open(directory);
    Optional<DenseHead> head = Optional.empty();
    try {
      Map<String, TensorEntry> tensors = resolve(config, weights);
      head = recipe.dense().map(folder -> DenseHead.open(folder, config.hiddenSize()));
      Digest digest = digest(config, recipe, weights, head, tokenizer, FileDigests::of);
      return new Backbone(directory, config, recipe, weights, head, tensors, tokenizer, digest);
    } catch (RuntimeException | Error e) {
      head.ifPresent(DenseHead::close);
      weights.close();
      throw e;
    }
  }

  /** The directory's name, for people. */
  public String name() {
    return directory.toAbsolutePath().normalize().getFileName().toString();
  }

  public Path directory() {
    return directory;
  }

  public BackboneConfig config() {
    return config;
  }

  /** How it wants its hidden states made into a vector. */
  public EncodingRecipe recipe() {
    return recipe;
  }

  /** The dense layer after pooling, if its recipe has one. */
  public Optional<DenseHead> head() {
    return head;
  }

  /**
   * A tensor of the encoder.
   *
   * @param name as in Hugging Face's {@code BertModel}, without a prefix
   * @throws IsoglossException BAD_TENSOR if the encoder has none of this name
   */
  public TensorEntry tensor(String name) {
    return Optional.ofNullable(tensors.get(name))
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.BAD_TENSOR, weights.name() + " has no tensor named " + name));
  }

  /**
   * Identifies what decides the vectors: configuration, weights, tokenizer, and of the recipe what
   * pooling does not say: the dense layer and the prefix.
   */
  public Digest digest() {
    return digest;
  }

  /**
   * Reads all the weights and compares them with the digest of the opening.
   *
   * @throws IsoglossException DIGEST_MISMATCH if they differ
   */
  public void verify() {
    Digest now =
        digest(
            config, recipe, weights, head, TokenizerSource.find(directory), FileDigests::compute);
    if (!now.equals(digest)) {
      throw new IsoglossException(
          ErrorCode.DIGEST_MISMATCH,
          directory + " has the digest " + now + ", not " + digest + " as recorded");
    }
  }

  /**
   * Opens the tokenizer; the caller closes it.
   *
   * @throws IsoglossException BAD_TOKENIZER if it cannot be read, or gives ids outside the
   *     embedding table
   */
  public SentenceTokenizer openTokenizer() {
    SentenceTokenizer opened = tokenizer.open();
    if (opened.vocabularySize() > config.vocabularySize()) {
      opened.close();
      throw new IsoglossException(
          ErrorCode.BAD_TOKENIZER,
          "the tokenizer of "
              + directory
              + " gives ids up to "
              + (opened.vocabularySize() - 1)
              + ", but the embedding table has "
              + config.vocabularySize()
              + " rows");
    }
    return opened;
  }

  /** Ends the life of every segment. */
  @Override
  public void close() {
    head.ifPresent(DenseHead::close);
    weights.close();
  }

  private static Map<String, TensorEntry> resolve(BackboneConfig config, WeightFiles weights) {
    Map<String, TensorEntry> resolved = new HashMap<>();
    config
        .neededTensors(config.layers())
        .forEach(
            (name, shape) -> {
              TensorEntry tensor = find(weights, name);
              if (!tensor.shape().equals(shape)) {
                throw new IsoglossException(
                    ErrorCode.BAD_TENSOR,
                    weights.name()
                        + ": "
                        + tensor.name()
                        + " is "
                        + tensor.shape()
                        + ", not "
                        + shape);
              }
              switch (tensor.type()) {
                case F32, F16, BF16 ->
                    resolved.put(
                        name, new TensorEntry(name, tensor.type(), shape, tensor.segment()));
                case F64, I64, I32, I16, I8, U64, U32, U16, U8, BOOL ->
                    throw new IsoglossException(
                        ErrorCode.BAD_TENSOR,
                        weights.name() + ": " + tensor.name() + " holds " + tensor.type());
              }
            });
    return resolved;
  }

  private static TensorEntry find(WeightFiles weights, String name) {
    String old =
        name.replace("LayerNorm.weight", "LayerNorm.gamma")
            .replace("LayerNorm.bias", "LayerNorm.beta");
    for (String prefix : PREFIXES) {
      Optional<TensorEntry> found =
          weights.find(prefix + name).or(() -> weights.find(prefix + old));
      if (found.isPresent()) {
        return found.orElseThrow();
      }
    }
    throw new IsoglossException(
        ErrorCode.BAD_TENSOR, weights.name() + " has no tensor named " + name);
  }

  private static Digest digest(
      BackboneConfig config,
      EncodingRecipe recipe,
      WeightFiles weights,
      Optional<DenseHead> head,
      TokenizerSource tokenizer,
      Function<Path, Digest> ofFile) {
    List<String> parts =
        new ArrayList<>(
            List.of(
                "isogloss-backbone-1",
                config.canonical(),
                weights.digest(ofFile).hex(),
                tokenizer.digest().hex()));
    // Only what is there: a checkpoint without them keeps the digest it always had.
    head.ifPresent(dense -> parts.add("dense tanh " + ofFile.apply(dense.file()).hex()));
    if (!recipe.textPrefix().isEmpty()) {
      parts.add("prefix " + recipe.textPrefix());
    }
    return Digest.of(String.join("\n", parts));
  }
}
