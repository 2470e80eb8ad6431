package org.isogloss.encoder.module;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.isogloss.encoder.backbone.BackboneConfig;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.space.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The format of modules to the byte, as the package describes it. What is written here may lie in
 * stores for years: a golden that has to change is a new format.
 */
class GoldenModuleTest {
  private static final double SPREAD = 0.5;
  private static final int ALIGNMENT = 64;

  /** Two layers of 4, with feed-forward blocks of 6, so that no two extents look alike. */
  private static final BackboneConfig CONFIG =
      new BackboneConfig("bert", 4, 2, 2, 6, 100, 64, 0, 2, 0, 1e-12);

  private static final ModuleManifest.Common COMMON =
      new ModuleManifest.Common(
          Digest.of("backbone"),
          1,
          4,
          Map.of("seed", "7", "data", "none"),
          Map.of("error", 12.5),
          "CC0-1.0",
          List.of());

  @TempDir Path folder;

  @Test
  void aLanguageModule() throws IOException {
    Path module = folder.resolve("language");
    ModuleManifest manifest =
        new ModuleManifest.Language(
            "de",
            COMMON,
            Optional.of(5),
            Optional.of(
                new LoraShape(2, 4, EnumSet.of(LinearTarget.QUERY, LinearTarget.INTERMEDIATE))),
            Optional.of(new LoraShape(1, 3, EnumSet.of(LinearTarget.OUTPUT))),
            PostProcessing.CENTRE);
    Path tokenizer = Files.writeString(folder.resolve("tokenizer.json"), "{}");
    RandomModules.write(module, manifest, CONFIG, Optional.of(tokenizer), SPREAD, 7, name -> false);

    assertThat(Files.readString(module.resolve("manifest.json")))
        .isEqualTo(
            """
            {
              "format" : "isogloss-module-1",
              "kind" : "language",
              "language" : "de",
              "backbone" : "b2e78e3a5bb1d60df728818ea576deafd6ba9b428fefe13794e012f226516dad",
              "layers" : 1,
              "dimension" : 4,
              "pieces" : 5,
              "language_adaptation" : {
                "rank" : 2,
                "alpha" : 4.0,
                "targets" : [ "query", "intermediate" ]
              },
              "sentence_encoding" : {
                "rank" : 1,
                "alpha" : 3.0,
                "targets" : [ "output" ]
              },
              "post_processing" : "centre",
              "lineage" : {
                "data" : "none",
                "seed" : "7"
              },
              "metrics" : {
                "error" : 12.5
              },
              "licence" : "CC0-1.0",
              "self_tests" : [ ]
            }
            """);
    String header =
        """
        {"__metadata__":{"format":"isogloss-module-1"},\
        "embeddings.weight":{"dtype":"F32","shape":[5,4],"data_offsets":[0,80]},\
        "language_adaptation.0.query.a":{"dtype":"F32","shape":[2,4],"data_offsets":[80,112]},\
        "language_adaptation.0.query.b":{"dtype":"F32","shape":[4,2],"data_offsets":[112,144]},\
        "language_adaptation.0.intermediate.a":{"dtype":"F32","shape":[2,4],"data_offsets":[144,176]},\
        "language_adaptation.0.intermediate.b":{"dtype":"F32","shape":[6,2],"data_offsets":[176,224]},\
        "sentence_encoding.0.output.a":{"dtype":"F32","shape":[1,6],"data_offsets":[224,248]},\
        "sentence_encoding.0.output.b":{"dtype":"F32","shape":[4,1],"data_offsets":[248,264]},\
        "post_processing.mean":{"dtype":"F32","shape":[4],"data_offsets":[264,280]}}""";
    assertThat(header(module)).isEqualTo(header);
    assertThat(data(module)).containsExactly(drawn(7, 70, -1));
    assertThat(digests(module))
        .containsExactly(
            "manifest.json cae800d172b9b1e1e5db066fab9c57f0ee3a2cb5b146df788a951a25eb328b88",
            "module.safetensors fef567847dfa441f8767944149fabed267dd530331903cf5ca37448fc6327a42",
            "all 6c0c3ebd308b051682a2c4aae553e4222ec62615273c410fdf767f5130bd21bb");
  }

  @Test
  void anAlignmentModule() throws IOException {
    Path module = folder.resolve("alignment");
    ModuleManifest manifest =
        new ModuleManifest.Alignment(
            "de",
            COMMON,
            Optional.of(Digest.of("language/de@1")),
            Optional.empty(),
            Optional.of(new AdapterShape(3, 4)),
            true);
    RandomModules.write(module, manifest, CONFIG, Optional.empty(), SPREAD, 8, name -> false);

    assertThat(Files.readString(module.resolve("manifest.json")))
        .isEqualTo(
            """
            {
              "format" : "isogloss-module-1",
              "kind" : "alignment",
              "language" : "de",
              "backbone" : "b2e78e3a5bb1d60df728818ea576deafd6ba9b428fefe13794e012f226516dad",
              "layers" : 1,
              "dimension" : 4,
              "language_module" : "c38d8127f3da176955d3c02c50c3d11ae8bfd23317738e163e16a99068ead1aa",
              "pivot" : "none",
              "adapter" : {
                "bottleneck" : 3,
                "scale" : 4.0
              },
              "affine" : true,
              "lineage" : {
                "data" : "none",
                "seed" : "7"
              },
              "metrics" : {
                "error" : 12.5
              },
              "licence" : "CC0-1.0",
              "self_tests" : [ ]
            }
            """);
    assertThat(header(module))
        .isEqualTo(
            """
            {"__metadata__":{"format":"isogloss-module-1"},\
            "adapter.0.down.weight":{"dtype":"F32","shape":[3,4],"data_offsets":[0,48]},\
            "adapter.0.down.bias":{"dtype":"F32","shape":[3],"data_offsets":[48,60]},\
            "adapter.0.up.weight":{"dtype":"F32","shape":[4,3],"data_offsets":[60,108]},\
            "adapter.0.up.bias":{"dtype":"F32","shape":[4],"data_offsets":[108,124]},\
            "affine.matrix":{"dtype":"F32","shape":[4,4],"data_offsets":[124,188]},\
            "affine.offset":{"dtype":"F32","shape":[4],"data_offsets":[188,204]}}""");
    assertThat(data(module)).containsExactly(drawn(8, 51, 31));
    assertThat(digests(module))
        .containsExactly(
            "manifest.json c4f36c8c2129084f4977e7bab55cc011eaeca5ead2c80799b0f96be1685b393d",
            "module.safetensors 4a648004d07e12d10a1e5cbfa0672ecf4f99846cce0d4cdc2e80103ae18fd65d",
            "all 4d71ca3c10a8c974c0e29dce8358e1667543dba8caf790d86daed2e62117ebc8");
  }

  @Test
  void anAlignmentModuleInEightBits() throws IOException {
    Path module = folder.resolve("eight-bit");
    ModuleManifest manifest =
        new ModuleManifest.Alignment(
            "de",
            COMMON,
            Optional.empty(),
            Optional.empty(),
            Optional.of(new AdapterShape(3, 4)),
            true);
    Map<String, TensorEntry> tensors = new LinkedHashMap<>();
    ModuleTensors.expected(manifest, CONFIG)
        .forEach(
            (name, shape) -> {
              float[] values =
                  new float[shape.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b)];
              for (int i = 0; i < values.length; i++) {
                values[i] = (i % 5 - 2) * 0.25f;
              }
              tensors.put(name, TensorEntry.of(name, shape, values));
            });
    ModuleFiles.write(module, manifest, tensors, CONFIG, Optional.empty(), WeightStorage.EIGHT_BIT);

    assertThat(header(module))
        .isEqualTo(
            """
            {"__metadata__":{"format":"isogloss-module-1"},\
            "adapter.0.down.weight.codes":{"dtype":"I8","shape":[3,4],"data_offsets":[0,12]},\
            "adapter.0.down.weight.scales":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},\
            "adapter.0.down.bias":{"dtype":"F16","shape":[3],"data_offsets":[16,22]},\
            "adapter.0.up.weight.codes":{"dtype":"I8","shape":[4,3],"data_offsets":[22,34]},\
            "adapter.0.up.weight.scales":{"dtype":"F32","shape":[1],"data_offsets":[34,38]},\
            "adapter.0.up.bias":{"dtype":"F16","shape":[4],"data_offsets":[38,46]},\
            "affine.matrix.codes":{"dtype":"I8","shape":[4,4],"data_offsets":[46,62]},\
            "affine.matrix.scales":{"dtype":"F32","shape":[1],"data_offsets":[62,66]},\
            "affine.offset":{"dtype":"F32","shape":[4],"data_offsets":[66,82]}}""");
    byte[] file = Files.readAllBytes(module.resolve("module.safetensors"));
    assertThat(Arrays.copyOfRange(file, file.length - 82, file.length - 82 + 16))
        .as("the codes of the first matrix and its scale, 0.5 over 127")
        .containsExactly(
            -127, -64, 0, 64, 127, -127, -64, 0, 64, 127, -127, -64, 0x04, 0x02, (byte) 0x81, 0x3b);
  }

  /** The header's text, whose frame is checked: its length before it, spaces up to the data. */
  private static String header(Path module) throws IOException {
    byte[] file = Files.readAllBytes(module.resolve("module.safetensors"));
    int length = Math.toIntExact(ByteBuffer.wrap(file).order(LITTLE_ENDIAN).getLong());
    assertThat((Long.BYTES + length) % ALIGNMENT).as("where the data begin").isZero();
    String padded = new String(file, Long.BYTES, length, UTF_8);
    String header = padded.stripTrailing();
    assertThat(padded.length() - header.length()).as("spaces").isLessThan(ALIGNMENT);
    return header;
  }

  /** All that follows the header, as little-endian floats. */
  private static float[] data(Path module) throws IOException {
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(module.resolve("module.safetensors")))
            .order(LITTLE_ENDIAN);
    file.position(Math.toIntExact(Long.BYTES + file.getLong(0)));
    assertThat(file.remaining() % Float.BYTES).isZero();
    float[] data = new float[file.remaining() / Float.BYTES];
    file.asFloatBuffer().get(data);
    return data;
  }

  /**
   * What random modules are made of, tensor after tensor and row after row.
   *
   * @param squareAt where the values of a square matrix of 4 begin, which are those of the identity
   *     plus what is drawn; -1 if there is none
   */
  private static float[] drawn(long seed, int count, int squareAt) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      boolean diagonal =
          squareAt >= 0 && i >= squareAt && i < squareAt + 16 && (i - squareAt) % 5 == 0;
      values[i] = (float) ((diagonal ? 1 : 0) + SPREAD * random.nextGaussian());
    }
    return values;
  }

  /** The SHA-256 of the two files, and of the pack: the module's digest. */
  private static List<String> digests(Path module) throws IOException {
    return List.of(
        "manifest.json " + Digest.ofFile(module.resolve("manifest.json")),
        "module.safetensors " + Digest.ofFile(module.resolve("module.safetensors")),
        "all " + ModulePack.digest(module));
  }
}
