package org.isogloss.streams.mine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Arrays of strings as JSON. */
final class JsonKey {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonKey() {}

  static byte[] write(List<String> parts) {
    try {
      return MAPPER.writeValueAsString(parts).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("strings are always JSON", e);
    }
  }

  static Optional<String[]> read(byte[] bytes) {
    try {
      String[] parts = MAPPER.readValue(bytes, String[].class);
      boolean whole = parts != null && Stream.of(parts).allMatch(Objects::nonNull);
      return whole ? Optional.of(parts) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
