package org.isogloss.streams.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFileTest {
  private static final String SPACE = "0123456789abcdef0123456789abcdef";

  private static final VectorOrigin FIRST = new VectorOrigin("classes-a", "workers");
  private static final VectorOrigin SECOND = new VectorOrigin("classes-b", "direct");

  @TempDir Path folder;

  private static float[] vector(int i) {
    return new float[] {i, -i, 0.1f * i};
  }

  private static Digest text(int i) {
    return Digest.of("text " + i);
  }

  private Path written(int count) {
    Path path = folder.resolve("deeper").resolve("v.vectors");
    try (VectorFile file = VectorFile.append(path)) {
      for (int i = 0; i < count; i++) {
        file.add(text(i), SPACE, vector(i), FIRST);
      }
    }
    return path;
  }

  @Test
  void vectorsComeBackToTheBitAndTwiceIsOnce() {
    Path path = written(5);
    try (VectorFile file = VectorFile.append(path)) {
      file.add(text(3), SPACE, vector(99), FIRST);
      assertThat(file.size()).isEqualTo(5);
      assertThat(file.space()).contains(SPACE);
    }
    try (VectorFile file = VectorFile.read(path)) {
      for (int i = 0; i < 5; i++) {
        assertThat(file.vector(text(i))).hasValue(vector(i));
      }
      assertThat(file.vector(text(5))).isEmpty();
    }
  }

  @Test
  void whereverAnAppendIsCutWhatWasWholeStaysAndTheFileGoesOn() throws IOException {
    byte[] whole = Files.readAllBytes(written(3));
    Path cut = folder.resolve("cut.vectors");
    int header = whole.length - 3 * (32 + 3 * 4 + 4);
    for (int size = 0; size <= whole.length; size++) {
      Files.write(cut, Arrays.copyOf(whole, size));
      int expected = size < header ? 0 : (size - header) / 48;
      try (VectorFile file = VectorFile.append(cut)) {
        assertThat(file.size()).as("cut at %d", size).isEqualTo(expected);
        file.add(text(7), SPACE, vector(7), FIRST);
      }
      try (VectorFile file = VectorFile.read(cut)) {
        assertThat(file.size()).isEqualTo(expected + 1);
        assertThat(file.vector(text(7))).hasValue(vector(7));
      }
    }
  }

  @Test
  void aDamagedRecordAndAllBehindItAreNotBelieved() throws IOException {
    Path path = written(3);
    byte[] bytes = Files.readAllBytes(path);
    bytes[bytes.length - 60] ^= 1;
    Files.write(path, bytes);
    try (VectorFile file = VectorFile.append(path)) {
      assertThat(file.size()).isEqualTo(1);
    }
  }

  @Test
  void everyVectorKnowsWhatMadeItAlsoAfterACut() throws IOException {
    Path path = written(3);
    try (VectorFile file = VectorFile.append(path)) {
      file.add(text(2), SPACE, vector(2), SECOND);
      file.add(text(3), SPACE, vector(3), SECOND);
      file.add(text(4), SPACE, vector(4), SECOND);
      assertThat(origins(file)).containsExactly(FIRST, FIRST, FIRST, SECOND, SECOND);
    }
    byte[] whole = Files.readAllBytes(path);
    // The last three are lost, the third to the middle; what was said of them is too.
    Files.write(path, Arrays.copyOf(whole, whole.length - 3 * 48 + 20));
    try (VectorFile file = VectorFile.append(path)) {
      for (int i = 2; i < 5; i++) {
        file.add(text(i), SPACE, vector(i), FIRST);
      }
      assertThat(origins(file)).containsOnly(FIRST).hasSize(5);
    }
    try (VectorFile file = VectorFile.read(path)) {
      assertThat(origins(file)).containsOnly(FIRST).hasSize(5);
      assertThat(file.origin(text(5))).isEmpty();
    }
  }

  @Test
  void vectorsFromBeforeOriginsAreOfAnUnknownOne() throws IOException {
    Path path = written(2);
    Path origins = path.resolveSibling("v.vectors.origins");
    assertThat(origins).hasContent("0\tclasses-a\tworkers");
    Files.delete(origins);
    try (VectorFile file = VectorFile.append(path)) {
      file.add(text(2), SPACE, vector(2), SECOND);
      assertThat(origins(file)).containsExactly(VectorOrigin.UNKNOWN, VectorOrigin.UNKNOWN, SECOND);
    }
  }

  private static List<VectorOrigin> origins(VectorFile file) {
    return IntStream.range(0, file.size())
        .mapToObj(i -> file.origin(text(i)).orElseThrow())
        .toList();
  }

  @Test
  void aPooledVectorOfOtherCodeIsNamedBesideTheCodeThatFinishedIt() {
    assertThat(SECOND.over(new VectorOrigin("classes-b", "direct"))).isEqualTo(SECOND);
    assertThat(SECOND.over(FIRST))
        .isEqualTo(new VectorOrigin("classes-b over classes-a", "direct"));
  }

  @Test
  void anotherSpaceAndASecondWriterAreRefused() {
    Path path = written(1);
    try (VectorFile file = VectorFile.append(path)) {
      assertThatThrownBy(() -> file.add(text(1), "f".repeat(32), vector(1), FIRST))
          .isInstanceOf(IsoglossException.class)
          .hasMessageContaining("space");
      assertThatThrownBy(() -> VectorFile.append(path))
          .isInstanceOf(IsoglossException.class)
          .hasMessageContaining("another run");
    }
  }
}
