package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of damaged files: each is refused with a code, or read as a second, simple reading of
 * the format reads it.
 */
class SafetensorsFuzzTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int ROUNDS = 3_000;
  private static final String HEADER =
      """
      {"__metadata__":{"format":"pt","made":"by hand"},\
      "word":{"dtype":"F32","shape":[4,3],"data_offsets":[0,48]},\
      "half":{"dtype":"F16","shape":[5],"data_offsets":[48,58]},\
      "brain":{"dtype":"BF16","shape":[3,1],"data_offsets":[58,64]},\
      "ids":{"dtype":"I64","shape":[2],"data_offsets":[64,80]},\
      "none":{"dtype":"U8","shape":[0,9],"data_offsets":[80,80]},\
      "one":{"dtype":"F64","shape":[],"data_offsets":[80,88]},\
      "ünï":{"dtype":"BOOL","shape":[8],"data_offsets":[88,96]}}   """;
  private static final byte[] DATA = SafetensorsBytes.data(96);
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final Pattern TYPE = Pattern.compile("\"(?:F32|F16|BF16|I64|U8|F64|BOOL)\"");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "-1",
          "-0",
          "00",
          "+1",
          "2147483647",
          "2147483648",
          "4294967296",
          "4611686018427387904",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "18446744073709551616",
          "1e3",
          "1e400",
          "0.0",
          "NaN",
          "Infinity",
          "null",
          "true",
          "\"3\"",
          "[]",
          "{}",
          "",
          "1,1",
          "8]",
          "9".repeat(1_500));
  private static final List<String> TYPES =
      List.of(
          "\"F32\"",
          "\"F16\"",
          "\"BF16\"",
          "\"I64\"",
          "\"U8\"",
          "\"F64\"",
          "\"BOOL\"",
          "\"I32\"",
          "\"f32\"",
          "\"F8_E4M3\"",
          "\"\"",
          "null",
          "7",
          "[]",
          "\"\\u0046\\u0033\\u0032\"");
  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "\\u0000",
          "\\ud800",
          "null",
          "NaN",
          " ",
          "\n",
          "\0",
          "/*x*/",
          "\"word\":",
          "\"shape\":[1],",
          "\"__metadata__\":{},",
          "[".repeat(3_000),
          "{\"a\":".repeat(2_000),
          "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},");
  private static final long[] LENGTHS = {
    0,
    1,
    2,
    7,
    8,
    -1,
    Integer.MAX_VALUE,
    1L + Integer.MAX_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    SafetensorsHeader.MAXIMUM_BYTES,
    SafetensorsHeader.MAXIMUM_BYTES + 1,
    0x7ff8000000000000L
  };
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  @TempDir Path folder;

  @Test
  void everyMutationIsRefusedWithACodeOrReadRightly() throws IOException {
    int refused = 0;
    int read = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String described = "isogloss.seed=%d, round %d".formatted(SEED, round);
      byte[] bytes = mutated(new Random(SEED + round));
      // A new one each time: some file systems flush what is written over an emptied file.
      Path file = Files.write(folder.resolve(round + ".safetensors"), bytes);
      try (SafetensorsFile opened = SafetensorsFile.open(file)) {
        assertReadRightly(opened, bytes, described);
        read++;
      } catch (IsoglossException e) {
        assertThat(e.code()).as(described).isEqualTo(ErrorCode.BAD_SAFETENSORS);
        refused++;
      } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(described, e);
      }
      Files.delete(file);
    }
    // Both ends must have been reached, else the mutations are too tame or too wild.
    assertThat(refused).isGreaterThan(ROUNDS / 2);
    assertThat(read).isGreaterThan(ROUNDS / 20);
  }

  private static byte[] mutated(Random random) {
    String header = HEADER;
    byte[] data = DATA;
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> header = replaceOne(header, NUMBER, NUMBERS, random);
        case 3 -> header = replaceOne(header, TYPE, TYPES, random);
        case 4, 5 -> header = insert(header, pick(TOKENS, random), random);
        case 6 -> header = deleteSome(header, random);
        case 7 -> header = insert(header, some(header, random), random);
        case 8 -> header = shiftOne(header, random);
        case 9 -> data = Arrays.copyOf(data, random.nextInt(2 * data.length));
        case 10 -> data[random.nextInt(data.length)] ^= (byte) (1 << random.nextInt(8));
        default -> {
          return raw(SafetensorsBytes.file(header, data), random);
        }
      }
      data = data.length == 0 ? new byte[1] : data.clone();
    }
    return SafetensorsBytes.file(header, data);
  }

  /** Changes that know nothing of the format. */
  private static byte[] raw(byte[] file, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(file, random.nextInt(file.length));
      case 1 -> {
        long length =
            random.nextBoolean()
                ? LENGTHS[random.nextInt(LENGTHS.length)]
                : file.length - 40L + random.nextInt(80);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        yield file;
      }
      case 2 -> {
        for (int i = random.nextInt(8); i >= 0; i--) {
          file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield file;
      }
      default -> {
        int from = random.nextInt(file.length);
        for (int i = from; i < Math.min(file.length, from + 20); i++) {
          file[i] = (byte) random.nextInt();
        }
        yield file;
      }
    };
  }

  private static String replaceOne(
      String header, Pattern pattern, List<String> replacements, Random random) {
    List<MatchResult> found = pattern.matcher(header).results().toList();
    if (found.isEmpty()) {
      return header;
    }
    MatchResult match = found.get(random.nextInt(found.size()));
    return header.substring(0, match.start())
        + pick(replacements, random)
        + header.substring(match.end());
  }

  /** Moves a number by little: overlaps, gaps, products that do not fit. */
  private static String shiftOne(String header, Random random) {
    List<MatchResult> found = NUMBER.matcher(header).results().toList();
    MatchResult match = found.get(random.nextInt(found.size()));
    if (match.group().length() > 9) {
      return header;
    }
    int moved = Integer.parseInt(match.group()) + random.nextInt(17) - 8;
    return header.substring(0, match.start()) + moved + header.substring(match.end());
  }

  private static String insert(String header, String what, Random random) {
    int at = random.nextInt(header.length() + 1);
    return header.substring(0, at) + what + header.substring(at);
  }

  private static String deleteSome(String header, Random random) {
    int from = random.nextInt(header.length());
    int to = Math.min(header.length(), from + 1 + random.nextInt(12));
    return header.length() < 100 ? header : header.substring(0, from) + header.substring(to);
  }

  private static String some(String header, Random random) {
    int from = random.nextInt(header.length());
    return header.substring(from, Math.min(header.length(), from + 1 + random.nextInt(80)));
  }

  private static <T> T pick(List<T> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }

  private static void assertReadRightly(SafetensorsFile opened, byte[] bytes, String described)
      throws IOException {
    int length = Math.toIntExact(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0));
    JsonNode header =
        STRICT.readTree(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 8, length)).toString());
    List<String> names = new ArrayList<>();
    long covered = 0;
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (field.getKey().equals("__metadata__")) {
        assertThat(opened.metadata()).as(described).hasSize(field.getValue().size());
        continue;
      }
      names.add(field.getKey());
      TensorEntry tensor = opened.tensor(field.getKey());
      JsonNode entry = field.getValue();
      assertThat(tensor.type().name()).as(described).isEqualTo(entry.get("dtype").textValue());
      List<Long> shape = new ArrayList<>();
      entry.get("shape").forEach(extent -> shape.add(extent.longValue()));
      assertThat(tensor.shape()).as(described).isEqualTo(shape);
      int begin = entry.get("data_offsets").get(0).intValue();
      int end = entry.get("data_offsets").get(1).intValue();
      assertThat(tensor.segment().toArray(ValueLayout.JAVA_BYTE))
          .as(described)
          .isEqualTo(Arrays.copyOfRange(bytes, 8 + length + begin, 8 + length + end));
      assertThat(tensor.elements() * tensor.type().bytes()).as(described).isEqualTo(end - begin);
      covered += end - begin;
    }
    assertThat(opened.tensors()).as(described).containsOnlyKeys(names);
    assertThat(covered).as(described).isEqualTo(bytes.length - 8L - length);
  }
}
