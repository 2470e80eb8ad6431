package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileTest {
  private static final String A =
      "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}";
  private static final String B = "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[8,12]}";

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path file = folder.resolve("written.safetensors");
    TensorEntry matrix = TensorEntry.of("matrix", List.of(2L, 3L), new float[] {1, 2, 3, 4, 5, 6});
    TensorEntry scalar = TensorEntry.of("scalar", List.of(), new float[] {-0.5f});
    TensorEntry empty = TensorEntry.of("empty", List.of(0L, 7L), new float[0]);
    SafetensorsWriter.write(
        file,
        Map.of("format", "pt"),
        List.of(TensorSource.of(matrix), TensorSource.of(empty), TensorSource.of(scalar)));
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      assertThat(opened.metadata()).containsExactly(Map.entry("format", "pt"));
      assertThat(opened.tensors()).containsOnlyKeys("empty", "matrix", "scalar");
      assertThat(opened.tensor("matrix").shape()).containsExactly(2L, 3L);
      assertThat(opened.tensor("matrix").toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(opened.tensor("scalar").toFloats()).containsExactly(-0.5f);
      assertThat(opened.tensor("empty").toFloats()).isEmpty();
      assertThatThrownBy(() -> opened.tensor("other"))
          .isInstanceOfSatisfying(
              IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TENSOR));
    }
  }

  @Test
  void theHeaderMayNameTheTensorsInAnyOrderAndBePadded() throws IOException {
    for (String header :
        List.of(
            "{" + A + "," + B + "}",
            "{" + B + "," + A + "}    \n ",
            "{\"__metadata__\":{}," + A + "," + B + "}",
            "{"
                + A
                + ","
                + B
                + ",\"none\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[12,12]}}")) {
      byte[] data = SafetensorsBytes.data(12);
      try (SafetensorsFile opened =
          SafetensorsFile.open(write(SafetensorsBytes.file(header, data)))) {
        assertThat(opened.tensor("b").segment().toArray(ValueLayout.JAVA_BYTE))
            .as(header)
            .containsExactly(data[8], data[9], data[10], data[11]);
      }
    }
  }

  @Test
  void everyFaultOfAHeaderIsRefusedWithTheNameOfTheFile() throws IOException {
    byte[] data = SafetensorsBytes.data(12);
    Map<String, byte[]> faults = new LinkedHashMap<>();
    faults.put("empty file", new byte[0]);
    faults.put("seven bytes", new byte[7]);
    faults.put("a length and nothing else", SafetensorsBytes.file(100, new byte[0], new byte[0]));
    faults.put("longer than the file", SafetensorsBytes.file(1_000, header(A, B), data));
    faults.put("negative length", SafetensorsBytes.file(-1, header(A, B), data));
    faults.put("smallest length", SafetensorsBytes.file(Long.MIN_VALUE, header(A, B), data));
    faults.put("greatest length", SafetensorsBytes.file(Long.MAX_VALUE, header(A, B), data));
    faults.put("length of nothing", SafetensorsBytes.file(0, header(A, B), data));
    faults.put("length of NaN", SafetensorsBytes.file(0x7ff8000000000000L, header(A, B), data));
    faults.put("header cut short", SafetensorsBytes.file(20, header(A, B), data));
    faults.put(
        "header too long by one",
        SafetensorsBytes.file(header(A, B).length + 1, header(A, B), data));
    faults.put("data cut short", SafetensorsBytes.file(header(A, B), SafetensorsBytes.data(11)));
    faults.put("data too long", SafetensorsBytes.file(header(A, B), SafetensorsBytes.data(13)));
    faults.put("no JSON", SafetensorsBytes.file("hello, world", data));
    faults.put("a list", SafetensorsBytes.file("[1,2,3]", data));
    faults.put("a number", SafetensorsBytes.file("12", data));
    faults.put("after its end", SafetensorsBytes.file("{" + A + "," + B + "}{}", data));
    faults.put("trailing comma", SafetensorsBytes.file("{" + A + "," + B + ",}", data));
    faults.put("zero bytes as padding", SafetensorsBytes.file("{" + A + "," + B + "}\0\0", data));
    faults.put(
        "UTF-16LE", SafetensorsBytes.file(("{" + A + "," + B + "}").getBytes(UTF_16LE), data));
    faults.put(
        "UTF-16BE", SafetensorsBytes.file(("{" + A + "," + B + "}").getBytes(UTF_16BE), data));
    faults.put("invalid UTF-8", SafetensorsBytes.file(invalidUtf8(), data));
    faults.put("a name twice", file(A, A, B));
    faults.put("a name twice, escaped", file(A, A.replace("\"a\"", "\"\\u0061\""), B));
    faults.put("metadata twice", file("\"__metadata__\":{}", "\"__metadata__\":{}", A, B));
    faults.put("metadata of numbers", file("\"__metadata__\":{\"a\":1}", A, B));
    faults.put("metadata null", file("\"__metadata__\":null", A, B));
    faults.put("a tensor null", file("\"a\":null", B));
    faults.put("a tensor that is a list", file("\"a\":[]", B));
    faults.put("unknown field", file(A.replace("\"shape\"", "\"extra\":1,\"shape\""), B));
    faults.put("field twice", file(A.replace("\"shape\"", "\"dtype\":\"F32\",\"shape\""), B));
    faults.put("no dtype", file(A.replace("\"dtype\":\"F32\",", ""), B));
    faults.put("no shape", file(A.replace("\"shape\":[2,1],", ""), B));
    faults.put("no offsets", file(A.replace(",\"data_offsets\":[0,8]", ""), B));
    faults.put("unknown dtype", file(A.replace("F32", "F33"), B));
    faults.put("dtype in lower case", file(A.replace("F32", "f32"), B));
    faults.put("dtype of another size", file(A.replace("F32", "F64"), B));
    faults.put("dtype a number", file(A.replace("\"F32\"", "32"), B));
    faults.put("shape too large", file(A.replace("[2,1]", "[3,1]"), B));
    faults.put("shape too small", file(A.replace("[2,1]", "[1,1]"), B));
    faults.put("negative extents", file(A.replace("[2,1]", "[-2,-1]"), B));
    faults.put("shape of NaN", file(A.replace("[2,1]", "[NaN]"), B));
    faults.put("shape of floats", file(A.replace("[2,1]", "[2.0,1]"), B));
    faults.put("shape of text", file(A.replace("[2,1]", "[\"2\",1]"), B));
    faults.put("shape null", file(A.replace("[2,1]", "null"), B));
    faults.put("shape nested", file(A.replace("[2,1]", "[[2],1]"), B));
    faults.put("shape that overflows", file(A.replace("[2,1]", "[4611686018427387905,4]"), B));
    faults.put("bytes that overflow", file(A.replace("[2,1]", "[4611686018427387906]"), B));
    faults.put("shape beyond a long", file(A.replace("[2,1]", "[18446744073709551618,1]"), B));
    faults.put(
        "shape of a thousand digits", file(A.replace("[2,1]", "[" + "1".repeat(2_000) + "]"), B));
    faults.put(
        "shape of 100,000 extents", file(A.replace("[2,1]", "[2" + ",1".repeat(100_000) + "]"), B));
    faults.put("one offset", file(A.replace("[0,8]", "[8]"), B));
    faults.put("three offsets", file(A.replace("[0,8]", "[0,8,8]"), B));
    faults.put("offsets reversed", file(A.replace("[0,8]", "[8,0]"), B));
    faults.put("negative offsets", file(A.replace("[0,8]", "[-8,0]"), B));
    faults.put(
        "offsets that wrap",
        file(A.replace("[0,8]", "[9223372036854775800,9223372036854775808]"), B));
    faults.put(
        "offsets far outside",
        file(A.replace("[0,8]", "[9223372036854775799,9223372036854775807]"), B));
    faults.put("overlap", file(A, B.replace("[8,12]", "[7,11]")));
    faults.put("same place", file(A, A.replace("\"a\"", "\"c\""), B));
    faults.put(
        "gap",
        SafetensorsBytes.file(header(A, B.replace("[8,12]", "[9,13]")), SafetensorsBytes.data(13)));
    faults.put("gap at the start", SafetensorsBytes.file(header(B), data));
    faults.put("deep nesting", file("\"a\":" + "[".repeat(100_000), B));
    faults.put("a name of 100,000 letters", file("\"" + "n".repeat(100_000) + "\":7", A, B));
    for (Map.Entry<String, byte[]> fault : faults.entrySet()) {
      Path file = write(fault.getValue());
      assertThat(catchThrowable(() -> SafetensorsFile.open(file).close()))
          .as(fault.getKey())
          .isInstanceOfSatisfying(
              IsoglossException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.BAD_SAFETENSORS);
                assertThat(e.reason()).contains(file.toString()).hasSizeLessThan(1_000);
              });
    }
  }

  @Test
  void aFaultOfATensorNamesTheTensor() throws IOException {
    Path file = write(file(A, B.replace("[8,12]", "[7,11]")));
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .hasMessageContaining("\"b\"")
        .hasMessageContaining("overlaps");
  }

  @Test
  void aMissingFileAndADirectoryHaveCodesToo() {
    assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none")))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_FILE_MISSING));
    assertThatThrownBy(() -> SafetensorsFile.open(folder))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_SAFETENSORS));
  }

  @Test
  void theWriterRefusesANameThatIsTaken() {
    TensorSource tensor = TensorSource.of(TensorEntry.of("a", List.of(1L), new float[1]));
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(folder.resolve("twice"), Map.of(), List.of(tensor, tensor)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] header(String... tensors) {
    return ("{" + String.join(",", tensors) + "}").getBytes(UTF_8);
  }

  private static byte[] file(String... tensors) {
    return SafetensorsBytes.file(header(tensors), SafetensorsBytes.data(12));
  }

  private static byte[] invalidUtf8() {
    byte[] header = header(A, B);
    header[2] = (byte) 0xff;
    return header;
  }

  private Path write(byte[] bytes) throws IOException {
    Path file = Files.createTempFile(folder, "made", ".safetensors");
    return Files.write(file, bytes);
  }
}
