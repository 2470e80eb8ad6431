package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Lines of text to a file, or to standard output, which stays open. */
final class TextOutput implements AutoCloseable {
  private final String name;
  private final PrintStream stream;
  private final boolean ours;

  private TextOutput(String name, PrintStream stream, boolean ours) {
    this.name = name;
    this.stream = stream;
    this.ours = ours;
  }

  /**
   * @param out a file, or {@code -}
   * @throws IsoglossException OUTPUT_FAILED
   */
  static TextOutput open(String out, Terminal terminal) {
    if (out.equals(InputLines.STANDARD)) {
      return new TextOutput("standard output", terminal.out(), false);
    }
    try {
      return new TextOutput(
          out,
          new PrintStream(
              new BufferedOutputStream(Files.newOutputStream(Path.of(out))), false, UTF_8),
          true);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + out + ": " + e, e);
    }
  }

  PrintStream stream() {
    return stream;
  }

  /**
   * @throws IsoglossException OUTPUT_FAILED if anything could not be written
   */
  @Override
  public void close() {
    boolean failed = stream.checkError();
    if (ours) {
      stream.close();
    }
    if (failed) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + name);
    }
  }
}
