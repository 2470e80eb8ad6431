package org.isogloss.encoder.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.isogloss.encoder.backbone.TinyEasyBertJar.Tensor;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.tokenize.SentenceTokenizer;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EasyBertArchiveTest {
  private final TinyEasyBertJar archive = new TinyEasyBertJar();

  @TempDir Path folder;
  private Path directory;

  @BeforeEach
  void anEmptyDirectory() throws IOException {
    directory = Files.createDirectory(folder.resolve("model"));
  }

  @Test
  void aConvertedArchiveOpensAndHoldsTheSameNumbers() throws IOException {
    convert(archive.digests());
    try (Backbone backbone = Backbone.open(directory);
        SentenceTokenizer tokenizer = backbone.openTokenizer()) {
      assertThat(tokenizer.tokenize("ab b", 8).toArray()).containsExactly(2, 5, 8, 6, 3);
      assertThat(backbone.tensor("embeddings.word_embeddings.weight").toFloats())
          .isEqualTo(archive.tensor("bert/embeddings/word_embeddings").values());
      assertThat(backbone.tensor("encoder.layer.0.output.LayerNorm.weight").toFloats())
          .isEqualTo(archive.tensor("bert/encoder/layer_0/output/LayerNorm/gamma").values());
      assertThat(backbone.tensor("encoder.layer.0.output.LayerNorm.bias").toFloats())
          .isEqualTo(archive.tensor("bert/encoder/layer_0/output/LayerNorm/beta").values());
      for (String dense : List.of("attention.self.query", "intermediate.dense", "output.dense")) {
        Tensor kernel =
            archive.tensor("bert/encoder/layer_0/" + dense.replace('.', '/') + "/kernel");
        TensorEntry weight = backbone.tensor("encoder.layer.0." + dense + ".weight");
        int in = (int) kernel.shape()[0];
        int out = (int) kernel.shape()[1];
        assertThat(weight.shape()).containsExactly((long) out, (long) in);
        float[] values = weight.toFloats();
        for (int o = 0; o < out; o++) {
          for (int i = 0; i < in; i++) {
            assertThat(values[o * in + i]).isEqualTo(kernel.values()[i * out + o]);
          }
        }
      }
    }
  }

  @Test
  void onlyTheModelIsLeftInTheDirectory() throws IOException {
    convert(archive.digests());
    assertThat(directory.toFile().list())
        .containsExactlyInAnyOrder(
            "config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt");
  }

  @Test
  void aFileWithAnotherDigestIsRefusedByNameWithTheJarToDelete() {
    Map<String, Digest> expected = archive.digests();
    for (String name : expected.keySet()) {
      TinyEasyBertJar changed = new TinyEasyBertJar();
      byte[] file = changed.file(name);
      file[file.length / 2] ^= 1;
      Throwable thrown = catchThrowable(() -> convert(changed, expected));
      assertCode(thrown, ErrorCode.DIGEST_MISMATCH);
      assertThat(thrown)
          .hasMessageContaining(name)
          .hasMessageContaining(folder.resolve("archive.jar").toString());
    }
  }

  @Test
  void aTensorWithAnotherChecksumIsRefusedByName() {
    byte[] data = archive.file("variables.data-00000-of-00001");
    data[0] ^= 1;
    // The digests are those of the changed file: only the tensor's own checksum can tell.
    Throwable thrown = catchThrowable(() -> convert(archive.digests()));
    assertCode(thrown, ErrorCode.DIGEST_MISMATCH);
    assertThat(thrown).hasMessageContaining("module/bert/embeddings/LayerNorm/beta");
  }

  @Test
  void anArchiveThatLacksAFileIsRefused() {
    Map<String, Digest> expected = archive.digests();
    archive.remove("vocab.txt");
    Throwable thrown = catchThrowable(() -> convert(expected));
    assertCode(thrown, ErrorCode.FETCH_FAILED);
    assertThat(thrown).hasMessageContaining("vocab.txt");
  }

  @Test
  void aJarCutShortIsRefusedAsDamagedWhereverItIsCut() throws IOException {
    byte[] whole = Files.readAllBytes(archive.write(folder.resolve("whole.jar")));
    Path jar = folder.resolve("cut.jar");
    for (int size = 0; size < whole.length; size += 37) {
      Files.write(jar, Arrays.copyOf(whole, size));
      assertCode(
          catchThrowable(
              () -> converter(archive.digests()).convert(jar, directory, FetchListener.silent())),
          ErrorCode.FETCH_FAILED);
    }
  }

  @Test
  void aJarOfSomethingElseIsRefused() throws IOException {
    Path jar = folder.resolve("text.jar");
    Files.writeString(jar, "Not Found");
    assertCode(
        catchThrowable(
            () -> converter(archive.digests()).convert(jar, directory, FetchListener.silent())),
        ErrorCode.FETCH_FAILED);
  }

  private void convert(Map<String, Digest> digests) throws IOException {
    convert(archive, digests);
  }

  private void convert(TinyEasyBertJar jar, Map<String, Digest> digests) throws IOException {
    converter(digests)
        .convert(jar.write(folder.resolve("archive.jar")), directory, FetchListener.silent());
  }

  private static EasyBertArchive converter(Map<String, Digest> digests) {
    return new EasyBertArchive(digests, TinyEasyBertJar.CONFIG);
  }

  private static void assertCode(Throwable thrown, ErrorCode code) {
    assertThat(thrown)
        .isInstanceOfSatisfying(IsoglossException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
