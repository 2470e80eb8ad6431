package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files beyond what an int can address; their holes take no room on disk. */
class LargeSafetensorsTest {
  private static final long TWO_GIBIBYTES = 1L << 31;

  @TempDir Path folder;

  @Test
  void tensorsBeforeAcrossAndAfterTwoGibibytesAreRead() throws IOException {
    // before | hole | across the mark | hole of more than 2 GiB | after
    long acrossAt = TWO_GIBIBYTES - 8;
    long holeAt = acrossAt + 16;
    long afterAt = holeAt + TWO_GIBIBYTES + 4;
    String header =
        """
        {"before":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
        "filler":{"dtype":"U8","shape":[%d],"data_offsets":[8,%d]},\
        "across":{"dtype":"F32","shape":[4],"data_offsets":[%d,%d]},\
        "hole":{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]},\
        "after":{"dtype":"F32","shape":[1,2],"data_offsets":[%d,%d]}}"""
            .formatted(
                acrossAt - 8,
                acrossAt,
                acrossAt,
                holeAt,
                afterAt - holeAt,
                holeAt,
                afterAt,
                afterAt,
                afterAt + 8);
    Path file = folder.resolve("large.safetensors");
    byte[] json = header.getBytes(UTF_8);
    long dataAt = Long.BYTES + json.length;
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(
          ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length),
          0);
      channel.write(ByteBuffer.wrap(json), Long.BYTES);
      channel.write(floats(1, 2), dataAt);
      channel.write(floats(3, 4, 5, 6), dataAt + acrossAt);
      channel.write(floats(7, 8), dataAt + afterAt);
    }
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      assertThat(opened.tensor("before").toFloats()).containsExactly(1, 2);
      assertThat(opened.tensor("across").toFloats()).containsExactly(3, 4, 5, 6);
      assertThat(opened.tensor("after").toFloats()).containsExactly(7, 8);
      TensorEntry hole = opened.tensor("hole");
      assertThat(hole.elements()).isEqualTo(TWO_GIBIBYTES + 4);
      assertThat(hole.segment().get(ValueLayout.JAVA_BYTE, TWO_GIBIBYTES + 3)).isZero();
    }
  }

  @Test
  void aTensorTooLargeForAnArrayIsRefusedWithACode() throws IOException {
    long count = TWO_GIBIBYTES;
    String header =
        "{\"t\":{\"dtype\":\"BF16\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(count, 2 * count);
    Path file = folder.resolve("array.safetensors");
    byte[] start = SafetensorsBytes.file(header, new byte[0]);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(start), 0);
      channel.write(ByteBuffer.allocate(1), start.length + 2 * count - 1);
    }
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      TensorEntry tensor = opened.tensor("t");
      assertThatThrownBy(tensor::toFloats)
          .isInstanceOfSatisfying(
              IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TENSOR));
    }
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes;
  }
}
