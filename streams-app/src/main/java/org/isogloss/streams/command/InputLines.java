package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file or of standard input ({@code -}), as bytes between line feeds, so that a line
 * that is no UTF-8 is refused alone and every other keeps its number. A carriage return before the
 * line feed and a byte-order mark at the start are no part of the text. For one thread.
 */
final class InputLines implements Iterator<InputLine>, AutoCloseable {
  /** Stands for standard input or output. */
  static final String STANDARD = "-";

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final String name;
  private final InputStream in;
  private final boolean ours;
  private int number;
  private @Nullable InputLine next;

  private InputLines(String name, InputStream in, boolean ours) {
    this.name = name;
    this.in = in;
    this.ours = ours;
  }

  /**
   * @throws IsoglossException with code BAD_INPUT_FILE if the file cannot be opened; later, while
   *     iterating, if it cannot be read
   */
  static InputLines open(String file, Terminal terminal) {
    if (file.equals(STANDARD)) {
      return new InputLines("standard input", terminal.in(), false);
    }
    try {
      return new InputLines(
          file, new BufferedInputStream(Files.newInputStream(Path.of(file)), 1 << 16), true);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** All lines of a file. */
  static List<InputLine> readAll(String file, Terminal terminal) {
    List<InputLine> lines = new ArrayList<>();
    try (InputLines input = open(file, terminal)) {
      input.forEachRemaining(lines::add);
    }
    return lines;
  }

  private static IsoglossException unreadable(String name, IOException e) {
    String kind = e.getClass().getSimpleName();
    return new IsoglossException(
        ErrorCode.BAD_INPUT_FILE, "cannot read " + name + " (" + kind + ")", e);
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      next = read();
    }
    return next != null;
  }

  @Override
  public InputLine next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    InputLine line = next;
    next = null;
    return line;
  }

  private @Nullable InputLine read() {
    try {
      int first = in.read();
      if (first < 0) {
        return null;
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
      for (int b = first; b >= 0 && b != '\n'; b = in.read()) {
        bytes.write(b);
      }
      number++;
      return decode(bytes.toByteArray());
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private InputLine decode(byte[] bytes) {
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\r') {
      length--;
    }
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
      if (number == 1 && text.startsWith(BYTE_ORDER_MARK)) {
        text = text.substring(1);
      }
      return new InputLine(number, text, Optional.empty());
    } catch (CharacterCodingException e) {
      Rejected refusal = new Rejected(ErrorCode.INVALID_UTF8, "the line is not UTF-8");
      return new InputLine(number, "", Optional.of(refusal));
    }
  }

  @Override
  public void close() {
    if (ours) {
      try {
        in.close();
      } catch (IOException e) {
        throw unreadable(name, e);
      }
    }
  }
}
