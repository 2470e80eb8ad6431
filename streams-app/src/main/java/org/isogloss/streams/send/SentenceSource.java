package org.isogloss.streams.send;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Lines to send.
 *
 * @param name goes into the ids and the source of every sentence
 * @param language of every line, or empty: it is identified
 * @param scope of every line; empty: not mined
 */
public record SentenceSource(String name, Optional<String> language, String scope, Lines lines) {
  public SentenceSource {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a source needs a name: it goes into the ids");
    }
  }

  /** The lines of a file, named by the file's own name. */
  public static SentenceSource of(Path file, Optional<String> language, String scope) {
    Path name = file.getFileName();
    return new SentenceSource(
        name == null ? file.toString() : name.toString(),
        language,
        scope,
        () -> new BufferedInputStream(Files.newInputStream(file), 1 << 16));
  }

  /** The id of a line, counted from 1; see {@link LineIds}. */
  public String id(long line) {
    return LineIds.of(name, line);
  }

  /** Opens the bytes; lines end with LF or CR LF. */
  @FunctionalInterface
  public interface Lines {
    InputStream open() throws IOException;
  }
}
