package org.isogloss.encoder.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.backbone.DirectoryTree;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.backbone.SafetensorsWriter;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorSource;
import org.isogloss.encoder.backbone.TensorType;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleFilesTest {
  private static final BackboneConfig CONFIG =
      new BackboneConfig("bert", 8, 3, 2, 16, 100, 64, 0, 2, 0, 1e-12);
  private static final Digest BACKBONE = Digest.of("backbone");

  private static final Set<String> EXACT = Set.of(ModuleTensors.MEAN, ModuleTensors.AFFINE_OFFSET);

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsOpenedAsItWas() throws IOException {
    for (ModuleManifest manifest : List.of(language(true), language(false), alignment())) {
      Path module = folder.resolve("module-" + manifest.hashCode());
      Map<String, TensorEntry> tensors = tensors(manifest);
      ModuleFiles.write(module, manifest, tensors, CONFIG, tokenizer(manifest));
      try (ModuleFiles opened = ModuleFiles.open(module, CONFIG, BACKBONE, 2, Pooling.MEAN)) {
        assertThat(opened.manifest()).isEqualTo(manifest);
        tensors.forEach(
            (name, tensor) ->
                assertThat(opened.tensor(name).toFloats()).isEqualTo(tensor.toFloats()));
      }
    }
  }

  @Test
  void aModuleOfAnotherBackboneOrCutIsRefused() throws IOException {
    Path module = write(alignment(), tensors(alignment()));
    assertThatThrownBy(() -> ModuleFiles.open(module, CONFIG, Digest.of("other"), 2, Pooling.MEAN))
        .hasMessageContaining("ISO-213")
        .hasMessageContaining("was made for the backbone");
    assertThatThrownBy(() -> ModuleFiles.open(module, CONFIG, BACKBONE, 2, Pooling.CLS))
        .hasMessageContaining("was made for vectors by MEAN, not CLS");
    assertThatThrownBy(() -> ModuleFiles.open(module, CONFIG, BACKBONE, 3, Pooling.MEAN))
        .hasMessageContaining("was made for 2 layers");
  }

  @Test
  void missingSuperfluousMisshapenAndUnfiniteTensorsAreNamed() throws IOException {
    ModuleManifest manifest = alignment();
    Path module = write(manifest, tensors(manifest));
    String name = ModuleTensors.AFFINE_OFFSET;

    Map<String, TensorEntry> lacking = tensors(manifest);
    lacking.remove(name);
    refuses(module, lacking, "lacks the tensor affine.offset");

    Map<String, TensorEntry> superfluous = tensors(manifest);
    superfluous.put("extra", TensorEntry.of("extra", List.of(1L), new float[1]));
    refuses(module, superfluous, "a tensor extra that its manifest does not imply");

    Map<String, TensorEntry> misshapen = tensors(manifest);
    misshapen.put(name, TensorEntry.of(name, List.of(7L), new float[7]));
    refuses(module, misshapen, "affine.offset of [7], not [8]");

    Map<String, TensorEntry> unfinite = tensors(manifest);
    float[] values = new float[8];
    values[5] = Float.NaN;
    unfinite.put(name, TensorEntry.of(name, List.of(8L), values));
    refuses(module, unfinite, "affine.offset that is not finite");
  }

  @Test
  void aTableWithoutATokenizerAndATruncatedFileAreRefused() throws IOException {
    ModuleManifest manifest = language(true);
    Path module = folder.resolve("language");
    ModuleFiles.write(module, manifest, tensors(manifest), CONFIG, tokenizer(manifest));
    Files.delete(module.resolve("tokenizer.json"));
    assertThatThrownBy(() -> ModuleFiles.open(module, CONFIG, BACKBONE, 2, Pooling.MEAN))
        .hasMessageContaining("has a table but no tokenizer");

    Path other = write(alignment(), tensors(alignment()));
    byte[] bytes = Files.readAllBytes(other.resolve("module.safetensors"));
    Files.write(other.resolve("module.safetensors"), Arrays.copyOf(bytes, bytes.length - 5));
    assertThatThrownBy(() -> ModuleFiles.open(other, CONFIG, BACKBONE, 2, Pooling.MEAN))
        .hasMessageContaining("ISO-202");
    Files.delete(other.resolve("module.safetensors"));
    assertThatThrownBy(() -> ModuleFiles.open(other, CONFIG, BACKBONE, 2, Pooling.MEAN))
        .hasMessageContaining("lacks module.safetensors");
  }

  @Test
  void aSymmetricWhiteningTakesHalfTheSpaceAndComesBackAsItWas() throws IOException {
    ModuleManifest manifest = language(false);
    Map<String, TensorEntry> tensors = tensors(manifest);
    TensorEntry whitening = symmetric().toHalf();
    tensors.put(ModuleTensors.WHITENING, whitening);
    Path module = write(manifest, tensors);

    try (SafetensorsFile file = SafetensorsFile.open(module.resolve("module.safetensors"))) {
      assertThat(file.find(ModuleTensors.WHITENING)).isEmpty();
      assertThat(file.tensor(ModuleTensors.WHITENING + ".upper").shape()).containsExactly(36L);
      assertThat(Arrays.copyOf(file.tensor(ModuleTensors.WHITENING + ".upper").toFloats(), 10))
          .containsExactly(2, 1, 2, 3, 4, 5, 6, 7, 3, 1);
    }
    try (ModuleFiles files = ModuleFiles.open(module, CONFIG, BACKBONE, 2, Pooling.MEAN)) {
      TensorEntry read = files.tensor(ModuleTensors.WHITENING);
      assertThat(read.shape()).isEqualTo(whitening.shape());
      assertThat(read.type()).isEqualTo(TensorType.F16);
      assertThat(read.toFloats()).containsExactly(whitening.toFloats());
    }
  }

  @Test
  void aWhiteningThatIsNotSymmetricKeepsAllItsValues() throws IOException {
    ModuleManifest manifest = language(false);
    Map<String, TensorEntry> tensors = tensors(manifest);
    TensorEntry whitening = Objects.requireNonNull(tensors.get(ModuleTensors.WHITENING));
    Path module = write(manifest, tensors);

    try (ModuleFiles files = ModuleFiles.open(module, CONFIG, BACKBONE, 2, Pooling.MEAN)) {
      assertThat(files.tensor(ModuleTensors.WHITENING).toFloats())
          .containsExactly(whitening.toFloats());
    }
  }

  @Test
  void aTriangleOfAnotherSizeOrBesideItsMatrixIsRefused() throws IOException {
    ModuleManifest manifest = language(false);
    Map<String, TensorEntry> tensors = tensors(manifest);
    Path module = write(manifest, tensors);
    String upper = ModuleTensors.WHITENING + ".upper";

    Map<String, TensorEntry> both = new HashMap<>(tensors);
    both.put(upper, TensorEntry.of(upper, List.of(36L), new float[36]));
    refuses(
        module, both, "has a tensor post_processing.whitening that its manifest does not imply");
    Map<String, TensorEntry> short35 = new HashMap<>(tensors);
    short35.remove(ModuleTensors.WHITENING);
    short35.put(upper, TensorEntry.of(upper, List.of(35L), new float[35]));
    refuses(module, short35, "has post_processing.whitening.upper of [35], not [36]");
  }

  @Test
  void exactlyTheMatricesOfAdaptersLoraAndAffineMapsAreInEightBitsAndOffByHalfAScaleAtMost()
      throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (ModuleManifest manifest : List.of(language(true), language(false), alignment())) {
      Map<String, TensorEntry> tensors = tensors(manifest);
      tensors.replaceAll((name, tensor) -> gaussian(tensor, random));
      Path module = writeEightBit(manifest, tensors);
      try (SafetensorsFile file = SafetensorsFile.open(module.resolve("module.safetensors"));
          ModuleFiles files = ModuleFiles.open(module, CONFIG, BACKBONE, 2, Pooling.MEAN)) {
        tensors.forEach(
            (name, tensor) -> {
              boolean vector = tensor.shape().size() == 1;
              boolean kept = name.equals("embeddings.weight") || name.startsWith("post_processing");
              float[] read = files.tensor(name).toFloats();
              if (vector || kept) {
                assertThat(file.find(name).map(TensorEntry::type))
                    .as(name)
                    .contains(EXACT.contains(name) ? TensorType.F32 : TensorType.F16);
                assertThat(read).as(name).hasSize((int) tensor.elements());
                return;
              }
              assertThat(file.find(name)).as(name).isEmpty();
              assertThat(file.tensor(name + ".codes").type()).isEqualTo(TensorType.I8);
              float[] scales = file.tensor(name + ".scales").toFloats();
              float[] given = tensor.toFloats();
              assertThat(scales).as(name).hasSize(Math.ceilDiv(given.length, 64));
              for (int i = 0; i < given.length; i++) {
                assertThat(read[i])
                    .as("%s at %d, seed %d", name, i, seed)
                    .isCloseTo(given[i], within(scales[i / 64] * 0.50001f));
              }
            });
      }
      DirectoryTree.deleteIfPresent(module);
    }
  }

  @Test
  void aBlockOfEightBitsIsItsGreatestMagnitudeInAHundredAndTwentySevenSteps() {
    float[] values = new float[2 * 65];
    System.arraycopy(new float[] {-1.27f, 0.5f, 0.014f, 0.016f}, 0, values, 0, 4);
    values[64] = 254;
    values[127] = -2;
    TensorEntry matrix = TensorEntry.of("m", List.of(2L, 65L), values);

    List<TensorEntry> inFile = EightBitBlocks.of(matrix);

    TensorEntry codes = inFile.getFirst();
    assertThat(codes.name()).isEqualTo("m.codes");
    assertThat(codes.shape()).containsExactly(2L, 65L);
    byte[] expected = new byte[130];
    System.arraycopy(new byte[] {-127, 50, 1, 2}, 0, expected, 0, 4);
    expected[64] = 127;
    expected[127] = -1;
    assertThat(codes.segment().toArray(ValueLayout.JAVA_BYTE)).containsExactly(expected);
    TensorEntry scales = inFile.getLast();
    assertThat(scales.name()).isEqualTo("m.scales");
    assertThat(scales.toFloats()).containsExactly(1.27f / 127, 2, 0);
    assertThat(EightBitBlocks.matrix(codes, scales, "m").shape()).isEqualTo(matrix.shape());
  }

  @Test
  void whatWasReadFromEightBitsIsWrittenWithTheSameCodes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    TensorEntry matrix =
        gaussian(TensorEntry.of("m", List.of(50L, 200L), new float[10_000]), random);
    List<TensorEntry> once = EightBitBlocks.of(matrix);
    TensorEntry read = EightBitBlocks.matrix(once.getFirst(), once.getLast(), "m");

    List<TensorEntry> twice = EightBitBlocks.of(read);

    assertThat(twice.getFirst().segment().mismatch(once.getFirst().segment()))
        .as("seed %d", seed)
        .isEqualTo(-1);
  }

  @Test
  void valuesTooSmallForAScaleBecomeZeroAndTheSmallestScalesDoNotOverflowACode() {
    float[] values = {Float.MIN_VALUE, -Float.MIN_VALUE, 0};
    assertThat(throughEightBits(values)).containsExactly(0, 0, 0);
    float[] small = {190 * Float.MIN_VALUE, -190 * Float.MIN_VALUE, 60 * Float.MIN_VALUE};
    assertThat(throughEightBits(small))
        .containsExactly(127 * Float.MIN_VALUE, -127 * Float.MIN_VALUE, 60 * Float.MIN_VALUE);
  }

  private static float[] throughEightBits(float... values) {
    List<TensorEntry> blocks =
        EightBitBlocks.of(TensorEntry.of("m", List.of(1L, (long) values.length), values));
    return EightBitBlocks.matrix(blocks.getFirst(), blocks.getLast(), "m").toFloats();
  }

  @Test
  void codesWithoutScalesOfAnotherTypeBesideTheirMatrixOrWithScalesTooGreatAreRefused()
      throws IOException {
    ModuleManifest manifest = alignment();
    Path module = write(manifest, tensors(manifest));
    Map<String, TensorEntry> inFile = tensors(manifest);
    TensorEntry matrix = Objects.requireNonNull(inFile.get(ModuleTensors.AFFINE_MATRIX));
    List<TensorEntry> blocks = EightBitBlocks.of(matrix);
    TensorEntry codes = blocks.getFirst();
    TensorEntry scales = blocks.getLast();

    inFile.put(scales.name(), scales);
    refuses(module, inFile, "a tensor affine.matrix.scales that its manifest does not imply");
    inFile.put(codes.name(), codes);
    refuses(module, inFile, "a tensor affine.matrix that its manifest does not imply");
    inFile.remove(ModuleTensors.AFFINE_MATRIX);
    inFile.remove(scales.name());
    refuses(module, inFile, "lacks the tensor affine.matrix.scales");

    for (float scale : new float[] {Float.POSITIVE_INFINITY, Float.NaN, Float.MAX_VALUE / 100}) {
      inFile.put(scales.name(), TensorEntry.of(scales.name(), scales.shape(), new float[] {scale}));
      refuses(module, inFile, "affine.matrix.scales that is not finite or too great");
    }

    inFile.put(scales.name(), scales);
    inFile.put(codes.name(), TensorEntry.of(codes.name(), codes.shape(), new float[64]));
    refuses(module, inFile, "affine.matrix.codes in F32, not I8");
  }

  @Test
  void aMatrixThatIsNotFiniteIsRefusedInEightBitsToo() throws IOException {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE}) {
      Map<String, TensorEntry> tensors = tensors(alignment());
      float[] values = new float[64];
      values[7] = value;
      tensors.put(
          ModuleTensors.AFFINE_MATRIX,
          TensorEntry.of(ModuleTensors.AFFINE_MATRIX, List.of(8L, 8L), values));
      Path module = writeEightBit(alignment(), tensors);
      assertThatThrownBy(() -> ModuleFiles.open(module, CONFIG, BACKBONE, 2, Pooling.MEAN))
          .hasMessageContaining("affine.matrix.scales that is not finite or too great");
      DirectoryTree.deleteIfPresent(module);
    }
  }

  private Path writeEightBit(ModuleManifest manifest, Map<String, TensorEntry> tensors)
      throws IOException {
    Path module = folder.resolve("eight-bit");
    ModuleFiles.write(
        module, manifest, tensors, CONFIG, tokenizer(manifest), WeightStorage.EIGHT_BIT);
    return module;
  }

  private static TensorEntry gaussian(TensorEntry tensor, Random random) {
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return TensorEntry.of(tensor.name(), tensor.shape(), values);
  }

  /** {@code [8][8]}: 2 + row on the diagonal, elsewhere the difference of row and column. */
  private static TensorEntry symmetric() {
    float[] values = new float[64];
    for (int row = 0; row < 8; row++) {
      for (int column = 0; column < 8; column++) {
        values[row * 8 + column] = row == column ? 2 + row : Math.abs(row - column);
      }
    }
    return TensorEntry.of(ModuleTensors.WHITENING, List.of(8L, 8L), values);
  }

  private void refuses(Path module, Map<String, TensorEntry> tensors, String because)
      throws IOException {
    SafetensorsWriter.write(
        module.resolve("module.safetensors"),
        Map.of(),
        tensors.values().stream().map(TensorSource::of).toList());
    assertThatThrownBy(() -> ModuleFiles.open(module, CONFIG, BACKBONE, 2, Pooling.MEAN))
        .hasMessageContaining("ISO-213")
        .hasMessageContaining(because);
  }

  private Path write(ModuleManifest manifest, Map<String, TensorEntry> tensors) throws IOException {
    Path module = folder.resolve("module");
    ModuleFiles.write(module, manifest, tensors, CONFIG, tokenizer(manifest));
    return module;
  }

  private Optional<Path> tokenizer(ModuleManifest manifest) throws IOException {
    return manifest instanceof ModuleManifest.Language l && l.pieces().isPresent()
        ? Optional.of(Files.writeString(folder.resolve("tokenizer.json"), "{}"))
        : Optional.empty();
  }

  private static Map<String, TensorEntry> tensors(ModuleManifest manifest) {
    Map<String, TensorEntry> tensors = new HashMap<>();
    ModuleTensors.expected(manifest, CONFIG)
        .forEach(
            (name, shape) -> {
              float[] values =
                  new float[(int) shape.stream().mapToLong(v -> v).reduce(1, (a, b) -> a * b)];
              for (int i = 0; i < values.length; i++) {
                values[i] = name.hashCode() % 97 + i;
              }
              tensors.put(name, TensorEntry.of(name, shape, values));
            });
    return tensors;
  }

  private static final ModuleManifest.Common COMMON =
      new ModuleManifest.Common(BACKBONE, 2, 8, Map.of(), Map.of(), "Apache-2.0", List.of());

  private static ModuleManifest language(boolean ownTable) {
    return new ModuleManifest.Language(
        "de",
        COMMON,
        ownTable ? Optional.of(50) : Optional.empty(),
        Optional.of(new LoraShape(2, 4, EnumSet.allOf(LinearTarget.class))),
        Optional.of(new LoraShape(3, 3, EnumSet.of(LinearTarget.QUERY))),
        PostProcessing.WHITEN);
  }

  private static ModuleManifest alignment() {
    return new ModuleManifest.Alignment(
        "de",
        COMMON,
        Optional.empty(),
        Optional.empty(),
        Optional.of(new AdapterShape(4, 1)),
        true);
  }
}
