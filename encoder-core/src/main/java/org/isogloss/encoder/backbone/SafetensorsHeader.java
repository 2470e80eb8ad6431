package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;

/** The JSON header of a safetensors file, checked against the bytes that follow it. */
record SafetensorsHeader(Map<String, String> metadata, SortedMap<String, Extent> extents) {
  /** The format allows 100 MB; real headers stay below 1 MB, and ours is bounded for memory. */
  static final long MAXIMUM_BYTES = 16 << 20;

  private static final int MAXIMUM_RANK = 32;
  private static final String METADATA = "__metadata__";
  private static final JsonFactory JSON =
      JsonFactory.builder()
          // Names come from outside: no table of them may outlive the parse.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /** Where a tensor lies, in bytes after the header. */
  record Extent(TensorType type, List<Long> shape, long begin, long end) {}

  static void checkLength(Path file, long length, long fileSize) {
    if (length < 2 || length > MAXIMUM_BYTES) {
      throw bad(file, "has a header of " + Long.toUnsignedString(length) + " bytes");
    }
    if (length > fileSize - Long.BYTES) {
      throw bad(file, "is truncated: its header of " + length + " bytes does not fit");
    }
  }

  static SafetensorsHeader parse(Path file, byte[] json, long dataSize) {
    if (json[0] != '{') {
      throw bad(file, "has a header that is no JSON object");
    }
    String text = decode(file, json);
    Map<String, String> metadata = new TreeMap<>();
    SortedMap<String, Extent> extents = new TreeMap<>();
    try (JsonParser parser = JSON.createParser(text)) {
      boolean metadataSeen = false;
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        boolean repeated;
        if (name.equals(METADATA)) {
          repeated = metadataSeen;
          metadataSeen = true;
          readMetadata(file, parser, metadata);
        } else {
          repeated = extents.put(name, readExtent(file, name, parser)) != null;
        }
        if (repeated) {
          throw bad(file, name, "is named twice");
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        throw bad(file, "has a header that does not end where its object ends");
      }
    } catch (JsonProcessingException e) {
      throw bad(file, "has a header that is not JSON: " + firstLine(e), e);
    } catch (IOException e) {
      throw bad(file, "cannot be read: " + firstLine(e), e);
    }
    checkCoverage(file, extents, dataSize);
    return new SafetensorsHeader(metadata, extents);
  }

  /** Strictly: a JSON parser left alone guesses UTF-16 and overlooks some malformed UTF-8. */
  private static String decode(Path file, byte[] json) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    } catch (CharacterCodingException e) {
      throw bad(file, "has a header that is not UTF-8", e);
    }
  }

  /** The tensors as slices of the bytes after the header. */
  SortedMap<String, TensorEntry> tensorsOver(MemorySegment data) {
    SortedMap<String, TensorEntry> tensors = new TreeMap<>();
    extents.forEach(
        (name, extent) ->
            tensors.put(
                name,
                new TensorEntry(
                    name,
                    extent.type(),
                    extent.shape(),
                    data.asSlice(extent.begin(), extent.end() - extent.begin()))));
    return tensors;
  }

  private static void readMetadata(Path file, JsonParser parser, Map<String, String> metadata)
      throws IOException {
    expect(file, METADATA, parser.nextToken(), JsonToken.START_OBJECT);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      expect(file, METADATA, parser.currentToken(), JsonToken.FIELD_NAME);
      String key = parser.currentName();
      expect(file, METADATA, parser.nextToken(), JsonToken.VALUE_STRING);
      if (metadata.put(key, parser.getText()) != null) {
        throw bad(file, METADATA, "names " + key + " twice");
      }
    }
  }

  private static Extent readExtent(Path file, String name, JsonParser parser) throws IOException {
    @Nullable TensorType type = null;
    @Nullable List<Long> shape = null;
    @Nullable List<Long> offsets = null;
    expect(file, name, parser.nextToken(), JsonToken.START_OBJECT);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      expect(file, name, parser.currentToken(), JsonToken.FIELD_NAME);
      String field = parser.currentName();
      boolean repeated;
      switch (field) {
        case "dtype" -> {
          repeated = type != null;
          type = readType(file, name, parser);
        }
        case "shape" -> {
          repeated = shape != null;
          shape = readNaturals(file, name, parser, MAXIMUM_RANK);
        }
        case "data_offsets" -> {
          repeated = offsets != null;
          offsets = readNaturals(file, name, parser, 2);
        }
        default -> throw bad(file, name, "has an unknown field " + field);
      }
      if (repeated) {
        throw bad(file, name, "gives " + field + " twice");
      }
    }
    if (type == null || shape == null || offsets == null || offsets.size() != 2) {
      throw bad(file, name, "lacks its dtype, shape or pair of data_offsets");
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    long bytes;
    try {
      bytes = Math.multiplyExact(TensorEntry.elements(shape), type.bytes());
    } catch (ArithmeticException e) {
      throw bad(file, name, "has a shape too large: " + shape, e);
    }
    if (end < begin || end - begin != bytes) {
      throw bad(
          file,
          name,
          "of " + type + " " + shape + " needs " + bytes + " bytes, not " + begin + " to " + end);
    }
    return new Extent(type, shape, begin, end);
  }

  private static TensorType readType(Path file, String name, JsonParser parser) throws IOException {
    expect(file, name, parser.nextToken(), JsonToken.VALUE_STRING);
    String text = parser.getText();
    return TensorType.named(text)
        .orElseThrow(() -> bad(file, name, "has the unknown dtype " + shortened(text)));
  }

  private static List<Long> readNaturals(
      Path file, String name, JsonParser parser, int maximumCount) throws IOException {
    List<Long> naturals = new ArrayList<>();
    expect(file, name, parser.nextToken(), JsonToken.START_ARRAY);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(file, name, parser.currentToken(), JsonToken.VALUE_NUMBER_INT);
      // A number that does not fit a long makes the parser throw.
      long natural = parser.getLongValue();
      if (natural < 0) {
        throw bad(file, name, "has the negative number " + natural);
      }
      if (naturals.size() == maximumCount) {
        throw bad(file, name, "has a list of more than " + maximumCount + " numbers");
      }
      naturals.add(natural);
    }
    return naturals;
  }

  /** The tensors must tile the data: no overlap, no gap, nothing after the last. */
  private static void checkCoverage(Path file, Map<String, Extent> extents, long dataSize) {
    List<Map.Entry<String, Extent>> inOrder = new ArrayList<>(extents.entrySet());
    inOrder.sort(
        Comparator.<Map.Entry<String, Extent>>comparingLong(entry -> entry.getValue().begin())
            .thenComparingLong(entry -> entry.getValue().end()));
    long covered = 0;
    for (Map.Entry<String, Extent> entry : inOrder) {
      Extent extent = entry.getValue();
      if (extent.end() > dataSize) {
        throw bad(
            file,
            entry.getKey(),
            "ends at byte " + extent.end() + ", but there are only " + dataSize + " (truncated?)");
      }
      if (extent.begin() < covered) {
        throw bad(file, entry.getKey(), "overlaps the tensor before it");
      }
      if (extent.begin() > covered) {
        throw bad(file, entry.getKey(), "leaves a gap after byte " + covered);
      }
      covered = extent.end();
    }
    if (covered != dataSize) {
      throw bad(file, "has " + (dataSize - covered) + " bytes after its last tensor");
    }
  }

  private static void expect(
      Path file, String name, @Nullable JsonToken found, JsonToken expected) {
    if (found != expected) {
      throw bad(file, name, "is described by " + found + " where " + expected + " belongs");
    }
  }

  private static IsoglossException bad(Path file, String what) {
    return new IsoglossException(ErrorCode.BAD_SAFETENSORS, file + " " + what);
  }

  private static IsoglossException bad(Path file, String what, Exception cause) {
    return new IsoglossException(ErrorCode.BAD_SAFETENSORS, file + " " + what, cause);
  }

  private static IsoglossException bad(Path file, String tensor, String what) {
    return bad(file, "tensor \"" + shortened(tensor) + "\" " + what);
  }

  private static IsoglossException bad(Path file, String tensor, String what, Exception cause) {
    return bad(file, "tensor \"" + shortened(tensor) + "\" " + what, cause);
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
