package org.isogloss.encoder.backbone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.encoder.tokenize.TokenizerSource;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A checkpoint in Hugging Face layout: {@code config.json}, {@code model.safetensors}, and {@code
 * tokenizer.json} or {@code vocab.txt}. Opening it checks that every tensor of the encoder is there
 * in the shape that the configuration says; weights are mapped, not read.
 *
 * <p>Tensors go by the names of Hugging Face's {@code BertModel}, such as {@code
 * encoder.layer.0.attention.self.query.weight} of shape {@code [out][in]}. A prefix in the file
 * ({@code bert.}) and the old names {@code LayerNorm.gamma} and {@code LayerNorm.beta} are
 * understood.
 *
 * <p>Safe for use by several threads. Owns the mapped memory: close it after everything that uses
 * its segments.
 */
public final class Backbone implements AutoCloseable {
  private static final String WEIGHTS = "model.safetensors";
  private static final List<String> PREFIXES = List.of("", "bert.");

  private final Path directory;
  private final BackboneConfig config;
  private final SafetensorsFile weights;
  private final Map<String, TensorEntry> tensors;
  private final TokenizerSource tokenizer;
  private final Digest digest;

  private Backbone(
      Path directory,
      BackboneConfig config,
      SafetensorsFile weights,
      Map<String, TensorEntry> tensors,
      TokenizerSource tokenizer,
      Digest digest) {
    this.directory = directory;
    this.config = config;
    this.weights = weights;
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
    TokenizerSource tokenizer = TokenizerSource.find(directory);
    SafetensorsFile weights = openWeights(directory);
    try {
      Map<String, TensorEntry> tensors = resolve(config, weights);
      Digest digest = digest(config, FileDigests.of(weights.file()), tokenizer.digest());
      return new Backbone(directory, config, weights, tensors, tokenizer, digest);
    } catch (RuntimeException | Error e) {
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
                    ErrorCode.BAD_TENSOR, weights.file() + " has no tensor named " + name));
  }

  /** Identifies what decides the vectors: configuration, weights and tokenizer. */
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
            config, FileDigests.compute(weights.file()), TokenizerSource.find(directory).digest());
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
    weights.close();
  }

  private static SafetensorsFile openWeights(Path directory) {
    Path file = directory.resolve(WEIGHTS);
    if (!Files.exists(file) && Files.exists(directory.resolve(WEIGHTS + ".index.json"))) {
      throw new IsoglossException(
          ErrorCode.UNSUPPORTED_MODEL, directory + " holds sharded weights; one file is needed");
    }
    return SafetensorsFile.open(file);
  }

  private static Map<String, TensorEntry> resolve(BackboneConfig config, SafetensorsFile weights) {
    Map<String, TensorEntry> resolved = new HashMap<>();
    config
        .neededTensors(config.layers())
        .forEach(
            (name, shape) -> {
              TensorEntry tensor = find(weights, name);
              if (!tensor.shape().equals(shape)) {
                throw new IsoglossException(
                    ErrorCode.BAD_TENSOR,
                    weights.file()
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
                        weights.file() + ": " + tensor.name() + " holds " + tensor.type());
              }
            });
    return resolved;
  }

  private static TensorEntry find(SafetensorsFile weights, String name) {
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
        ErrorCode.BAD_TENSOR, weights.file() + " has no tensor named " + name);
  }

  private static Digest digest(BackboneConfig config, Digest weights, Digest tokenizer) {
    return Digest.of(
        String.join(
            "\n", "isogloss-backbone-1", config.canonical(), weights.hex(), tokenizer.hex()));
  }
}
