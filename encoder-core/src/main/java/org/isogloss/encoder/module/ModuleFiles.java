package org.isogloss.encoder.module;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.backbone.SafetensorsWriter;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorSource;
import org.isogloss.encoder.backbone.TensorType;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.Pooling;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * An opened module directory, checked against its manifest and its backbone. Owns the mapped
 * tensors: close it after everything that uses their segments. Safe for several threads.
 */
public final class ModuleFiles implements AutoCloseable {
  private static final String MANIFEST = "manifest.json";
  private static final String WEIGHTS = "module.safetensors";
  private static final String TOKENIZER = "tokenizer.json";
  private static final int CHECK_FLOATS = 1 << 16;
  private static final List<TensorType> FLOATS = List.of(TensorType.F32, TensorType.F16);
  private static final List<TensorType> EIGHT_BIT_CODES = List.of(TensorType.I8);

  private final ModuleManifest manifest;
  private final SafetensorsFile weights;
  private final Optional<Path> tokenizer;

  private ModuleFiles(ModuleManifest manifest, SafetensorsFile weights, Optional<Path> tokenizer) {
    this.manifest = manifest;
    this.weights = weights;
    this.tokenizer = tokenizer;
  }

  /** Only the manifest of a module directory. */
  public static ModuleManifest readManifest(Path directory) {
    Path file = directory.resolve(MANIFEST);
    if (!Files.isRegularFile(file)) {
      throw new IsoglossException(ErrorCode.BAD_MODULE, directory + " lacks " + MANIFEST);
    }
    try {
      return Manifests.read(Files.readString(file), file.toString());
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_MODULE, file + " cannot be read", e);
    }
  }

  /**
   * Opens a module for a backbone and checks all of it: the backbone's digest, layers and pooling,
   * exactly the tensors that the manifest implies, their shapes, that every value is finite, and
   * that a tokenizer is there exactly when an own table is.
   *
   * @param backbone digest of the backbone it must have been made for
   * @param layers how many layers of it run
   * @param pooling how its hidden states become vectors
   * @throws IsoglossException BAD_MODULE, or BAD_SAFETENSORS if the weights' file is damaged
   */
  public static ModuleFiles open(
      Path directory, BackboneConfig config, Digest backbone, int layers, Pooling pooling) {
    ModuleManifest manifest = readManifest(directory);
    ModuleManifest.Common common = manifest.common();
    if (!common.backbone().equals(backbone)) {
      throw bad(
          directory,
          "was made for the backbone %s, not %s"
              .formatted(common.backbone().abbreviated(), backbone.abbreviated()));
    }
    if (common.layers() != layers || common.dimension() != config.hiddenSize()) {
      throw bad(
          directory,
          "was made for %d layers and dimension %d, not %d and %d"
              .formatted(common.layers(), common.dimension(), layers, config.hiddenSize()));
    }
    if (common.pooling() != pooling) {
      throw bad(
          directory, "was made for vectors by %s, not %s".formatted(common.pooling(), pooling));
    }
    Path weightsFile = directory.resolve(WEIGHTS);
    if (!Files.isRegularFile(weightsFile)) {
      throw bad(directory, "lacks " + WEIGHTS);
    }
    Optional<Path> tokenizer =
        Optional.of(directory.resolve(TOKENIZER)).filter(Files::isRegularFile);
    boolean ownTable = manifest instanceof ModuleManifest.Language l && l.pieces().isPresent();
    if (ownTable != tokenizer.isPresent()) {
      throw bad(
          directory, ownTable ? "has a table but no tokenizer" : "has a tokenizer but no table");
    }
    SafetensorsFile weights = SafetensorsFile.open(weightsFile);
    try {
      check(directory, weights, inFile(weights, ModuleTensors.expected(manifest, config)));
      return new ModuleFiles(manifest, weights, tokenizer);
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }

  /**
   * Writes a module directory, which must not exist, its values as they are given; it appears whole
   * or not at all.
   *
   * @param tensors exactly those that the manifest implies
   * @param tokenizer a {@code tokenizer.json} to copy, exactly when the module has its own table
   */
  public static void write(
      Path directory,
      ModuleManifest manifest,
      Map<String, TensorEntry> tensors,
      BackboneConfig config,
      Optional<Path> tokenizer)
      throws IOException {
    write(directory, manifest, tensors, config, tokenizer, WeightStorage.AS_GIVEN);
  }

  /** Likewise, its values rounded as the storage says. */
  public static void write(
      Path directory,
      ModuleManifest manifest,
      Map<String, TensorEntry> tensors,
      BackboneConfig config,
      Optional<Path> tokenizer,
      WeightStorage storage)
      throws IOException {
    List<TensorSource> sources = new ArrayList<>();
    Map<String, List<Long>> expected = ModuleTensors.expected(manifest, config);
    for (Map.Entry<String, List<Long>> entry : expected.entrySet()) {
      TensorEntry tensor = tensors.get(entry.getKey());
      if (tensor == null || !tensor.shape().equals(entry.getValue())) {
        throw new IllegalArgumentException(
            "%s must be %s, is %s"
                .formatted(
                    entry.getKey(), entry.getValue(), tensor == null ? "absent" : tensor.shape()));
      }
      TensorEntry named =
          new TensorEntry(entry.getKey(), tensor.type(), tensor.shape(), tensor.segment());
      storage.inFile(named).stream().map(TensorSource::of).forEach(sources::add);
    }
    if (tensors.size() != expected.size()) {
      throw new IllegalArgumentException("more tensors than the manifest implies");
    }
    Path parent = Optional.ofNullable(directory.toAbsolutePath().getParent()).orElseThrow();
    Files.createDirectories(parent);
    Path part = Files.createTempDirectory(parent, ".part-");
    Files.writeString(part.resolve(MANIFEST), Manifests.write(manifest), UTF_8);
    SafetensorsWriter.write(part.resolve(WEIGHTS), Map.of("format", Manifests.FORMAT), sources);
    if (tokenizer.isPresent()) {
      Files.copy(tokenizer.get(), part.resolve(TOKENIZER));
    }
    Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
  }

  public ModuleManifest manifest() {
    return manifest;
  }

  /**
   * A tensor that the manifest implies, of the shape that it implies. One that the file holds in 8
   * bits or as a triangle is made anew by every call, any other is the file's memory.
   */
  public TensorEntry tensor(String name) {
    Optional<TensorEntry> codes = weights.find(EightBitBlocks.codesOf(name));
    if (codes.isPresent()) {
      return EightBitBlocks.matrix(
          codes.get(), weights.tensor(EightBitBlocks.scalesOf(name)), name);
    }
    return weights
        .find(UpperTriangle.nameOf(name))
        .map(found -> UpperTriangle.matrix(found, name, manifest.common().dimension()))
        .orElseGet(() -> weights.tensor(name));
  }

  /** What the file has to hold, a matrix in whichever form it is there. */
  private static Map<String, InFile> inFile(
      SafetensorsFile weights, Map<String, List<Long>> implied) {
    Map<String, InFile> tensors = new LinkedHashMap<>();
    implied.forEach(
        (name, shape) -> {
          String triangle = UpperTriangle.nameOf(name);
          String codes = EightBitBlocks.codesOf(name);
          if (name.equals(ModuleTensors.WHITENING) && weights.find(triangle).isPresent()) {
            tensors.put(triangle, InFile.floats(UpperTriangle.shape(shape.getFirst())));
          } else if (ModuleTensors.mayBeEightBit(name) && weights.find(codes).isPresent()) {
            tensors.put(codes, new InFile(shape, EIGHT_BIT_CODES, Byte.MAX_VALUE));
            tensors.put(
                EightBitBlocks.scalesOf(name),
                new InFile(
                    EightBitBlocks.shapeOfScales(shape), FLOATS, EightBitBlocks.GREATEST_SCALE));
          } else {
            tensors.put(name, InFile.floats(shape));
          }
        });
    return tensors;
  }

  /** What a tensor of the file has to be. */
  private record InFile(List<Long> shape, List<TensorType> types, float greatest) {
    static InFile floats(List<Long> shape) {
      return new InFile(shape, FLOATS, Float.MAX_VALUE);
    }
  }

  /** Its own {@code tokenizer.json}. */
  public Optional<Path> tokenizer() {
    return tokenizer;
  }

  @Override
  public void close() {
    weights.close();
  }

  private static void check(Path directory, SafetensorsFile weights, Map<String, InFile> expected) {
    for (Map.Entry<String, InFile> entry : expected.entrySet()) {
      TensorEntry tensor =
          weights
              .find(entry.getKey())
              .orElseThrow(() -> bad(directory, "lacks the tensor " + entry.getKey()));
      InFile form = entry.getValue();
      if (!tensor.shape().equals(form.shape())) {
        throw bad(
            directory,
            "has %s of %s, not %s".formatted(tensor.name(), tensor.shape(), form.shape()));
      }
      if (!form.types().contains(tensor.type())) {
        throw bad(
            directory,
            "has %s in %s, not %s"
                .formatted(
                    tensor.name(),
                    tensor.type(),
                    form.types().stream().map(Enum::name).collect(joining(" or "))));
      }
      if (tensor.type() != TensorType.I8) {
        requireWithin(form.greatest(), directory, tensor);
      }
    }
    for (String name : weights.tensors().keySet()) {
      if (!expected.containsKey(name)) {
        throw bad(directory, "has a tensor " + name + " that its manifest does not imply");
      }
    }
  }

  /** In chunks, so that a table of a hundred megabytes is not copied as a whole. */
  private static void requireWithin(float greatest, Path directory, TensorEntry tensor) {
    long total = tensor.elements();
    int bytes = tensor.type().bytes();
    for (long at = 0; at < total; at += CHECK_FLOATS) {
      long count = Math.min(CHECK_FLOATS, total - at);
      TensorEntry chunk =
          new TensorEntry(
              tensor.name(),
              tensor.type(),
              List.of(count),
              tensor.segment().asSlice(at * bytes, count * bytes));
      for (float value : chunk.toFloats()) {
        if (!(Math.abs(value) <= greatest)) {
          throw bad(
              directory,
              "has a value in %s that is not finite%s"
                  .formatted(tensor.name(), greatest < Float.MAX_VALUE ? " or too great" : ""));
        }
      }
    }
  }

  private static IsoglossException bad(Path directory, String what) {
    return new IsoglossException(ErrorCode.BAD_MODULE, directory + " " + what);
  }
}
