package org.isogloss.schemas.topic;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** Record headers as UTF-8 text. */
public final class TextHeaders {
  private TextHeaders() {}

  /** Sets the header, in place of any of the same name. */
  public static void put(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The last header of this name, or empty where there is none or its value is null. Bytes that are
   * not UTF-8 read as replacement characters.
   */
  public static Optional<String> read(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }
}
