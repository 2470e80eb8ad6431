package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.stream.Stream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDigestsTest {
  private static final Instant YESTERDAY = Instant.parse("2026-11-23T08:00:00.123456789Z");
  private static final InstantSource TODAY =
      InstantSource.fixed(Instant.parse("2026-11-24T08:00:00Z"));
  private static final String FORGED = "0".repeat(64);

  @TempDir Path folder;
  private Path file;
  private Path sidecar;

  @BeforeEach
  void aFileOfYesterday() throws IOException {
    file = folder.resolve("weights");
    sidecar = folder.resolve("weights.sha256");
    write("first", YESTERDAY);
  }

  @Test
  void theDigestIsThatOfTheContent() {
    assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("first"));
  }

  @Test
  void aRememberedDigestSavesTheReading() throws IOException {
    FileDigests.of(file, TODAY);
    // Only a digest that was not computed again can be a wrong one.
    forge();
    assertThat(FileDigests.of(file, TODAY).hex()).isEqualTo(FORGED);
    assertThat(FileDigests.compute(file)).isEqualTo(Digest.of("first"));
  }

  @Test
  void aFileOfAnotherSizeIsNoticed() throws IOException {
    FileDigests.of(file, TODAY);
    write("second", YESTERDAY);
    assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("second"));
  }

  @Test
  void aFileOfTheSameSizeIsNoticedByItsTime() throws IOException {
    FileDigests.of(file, TODAY);
    write("FIRST", YESTERDAY.plusNanos(1_000));
    assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("FIRST"));
    assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("FIRST"));
  }

  @Test
  void anOlderFilePutInItsPlaceIsNoticed() throws IOException {
    FileDigests.of(file, TODAY);
    write("FIRST", YESTERDAY.minusSeconds(86_400));
    assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("FIRST"));
  }

  @Test
  void aFileJustWrittenIsNotRemembered() throws IOException {
    // A second write within the same tick of the file system would leave the same stamp.
    Instant written = TODAY.instant().minusMillis(500);
    write("first", written);
    assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("first"));
    write("FIRST", written);
    assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("FIRST"));
    assertThat(sidecar).doesNotExist();
  }

  @Test
  void aBrokenSidecarCostsAComputationAndIsReplaced() throws IOException {
    FileDigests.of(file, TODAY);
    String good = Files.readString(sidecar);
    for (String broken :
        new String[] {"", "x", good.strip(), good + good, good.toUpperCase(Locale.ROOT)}) {
      Files.writeString(sidecar, broken);
      assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("first"));
      assertThat(sidecar).hasContent(good);
    }
    Files.write(sidecar, new byte[] {(byte) 0xff, 0});
    assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("first"));
  }

  @Test
  void aSidecarThatCannotBeWrittenCostsNothingElse() throws IOException {
    Files.createDirectory(sidecar);
    Files.createFile(sidecar.resolve("in the way"));
    assertThat(FileDigests.of(file, TODAY)).isEqualTo(Digest.of("first"));
    assertNothingBeside(2);
  }

  @Test
  void theSidecarIsReadableByWhomeverTheFileIs() throws IOException {
    FileDigests.of(file, TODAY);
    assertThat(Files.getPosixFilePermissions(sidecar))
        .isEqualTo(Files.getPosixFilePermissions(file));
    assertNothingBeside(2);
  }

  @Test
  void aMissingFileHasACode() {
    assertThatThrownBy(() -> FileDigests.of(folder.resolve("none"), TODAY))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_SAFETENSORS));
  }

  @Test
  void aChangedWeightChangesTheBackbonesDigestAndFailsItsVerification() throws IOException {
    Path directory = folder.resolve("backbone");
    RandomBackbone.write(directory, RandomBackbone.Options.TINY);
    Path weights = directory.resolve("model.safetensors");
    Files.setLastModifiedTime(weights, FileTime.from(YESTERDAY));
    try (Backbone before = Backbone.open(directory)) {
      before.verify();
      assertThat(directory.resolve("model.safetensors.sha256")).exists();
      byte[] bytes = Files.readAllBytes(weights);
      bytes[bytes.length - 1] ^= 1;
      Path other = Files.write(directory.resolve("other"), bytes);
      Files.move(other, weights, StandardCopyOption.REPLACE_EXISTING);
      assertThatThrownBy(before::verify)
          .isInstanceOfSatisfying(
              IsoglossException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.DIGEST_MISMATCH));
      try (Backbone after = Backbone.open(directory)) {
        assertThat(after.digest()).isNotEqualTo(before.digest());
      }
    }
  }

  private void write(String content, Instant modified) throws IOException {
    Files.writeString(file, content, UTF_8);
    Files.setLastModifiedTime(file, FileTime.from(modified));
  }

  private void forge() throws IOException {
    Files.writeString(sidecar, FORGED + Files.readString(sidecar).substring(64));
  }

  private void assertNothingBeside(int files) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).hasSize(files);
    }
  }
}
