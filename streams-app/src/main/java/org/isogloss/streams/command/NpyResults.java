package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Vectors as NumPy reads them: little-endian float32 {@code [rows][dimension]}, row-major, one row
 * a line of input; the row of a refused line is all NaN. Beside {@code F} stands {@code F.ids.tsv}
 * with a heading and one line a row: {@code row, id, language, error}, where {@code error} is the
 * code of a refused line and else empty. The header is written last, when the number of rows is
 * known, so that any number of rows streams through.
 */
final class NpyResults implements ResultWriter {
  /** The header's room: a multiple of 64, as the format asks. */
  private static final int HEADER_BYTES = 128;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  private final Path file;
  private final FileChannel channel;
  private final BufferedWriter ids;
  private ByteBuffer row = ByteBuffer.allocate(0);
  private long rows;
  private long leadingRefusals;
  private int dimension;
  private String space = "";

  NpyResults(Path file) {
    this.file = file;
    try {
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      channel.position(HEADER_BYTES);
      ids = Files.newBufferedWriter(idsOf(file), UTF_8);
      ids.write("row\tid\tlanguage\terror\n");
    } catch (IOException e) {
      throw failed(e);
    }
  }

  static Path idsOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".ids.tsv");
  }

  private IsoglossException failed(IOException e) {
    return new IsoglossException(
        ErrorCode.OUTPUT_FAILED, "cannot write " + file + ": " + e.getMessage(), e);
  }

  @Override
  public void write(LineResult result) {
    try {
      switch (result) {
        case LineResult.Vector vector -> {
          if (dimension == 0) {
            begin(vector.vector().length);
            space = vector.space();
          }
          requireSpace(vector);
          writeRow(vector);
          writeId(vector.id(), vector.language(), "");
        }
        case LineResult.Refusal refusal -> {
          if (dimension == 0) {
            leadingRefusals++;
          } else {
            writeNaN();
          }
          writeId(refusal.id(), "", refusal.code());
        }
      }
      rows++;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void begin(int columns) throws IOException {
    dimension = columns;
    row = ByteBuffer.allocate(columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < leadingRefusals; i++) {
      writeNaN();
    }
  }

  /** Rows of one array will be compared; nothing in it could say that they must not be. */
  private void requireSpace(LineResult.Vector result) {
    if (!result.space().equals(space)) {
      throw new IsoglossException(
          ErrorCode.SPACE_MISMATCH,
          "%s lies in the space %s, those before it in %s; JSON lines can hold both"
              .formatted(result.id(), result.space(), space));
    }
  }

  private void writeRow(LineResult.Vector result) throws IOException {
    float[] vector = result.vector();
    if (vector.length != dimension) {
      throw new IsoglossException(
          ErrorCode.SPACE_MISMATCH,
          "%s has %d dimensions, the lines before it have %d"
              .formatted(result.id(), vector.length, dimension));
    }
    row.clear();
    row.asFloatBuffer().put(vector);
    flushRow();
  }

  private void writeNaN() throws IOException {
    row.clear();
    for (int i = 0; i < dimension; i++) {
      row.putFloat(i * Float.BYTES, Float.NaN);
    }
    flushRow();
  }

  private void flushRow() throws IOException {
    while (row.hasRemaining()) {
      channel.write(row);
    }
  }

  private void writeId(String id, String language, String error) throws IOException {
    ids.write(rows + "\t" + id.replace('\t', ' ') + "\t" + language + "\t" + error + "\n");
  }

  @Override
  public void close() {
    try (channel;
        ids) {
      String description =
          "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }"
              .formatted(rows, dimension);
      int room = HEADER_BYTES - MAGIC.length - Short.BYTES;
      ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      header.put(MAGIC).putShort((short) room);
      header.put(description.getBytes(ISO_8859_1));
      while (header.position() < HEADER_BYTES - 1) {
        header.put((byte) ' ');
      }
      header.put((byte) '\n').flip();
      for (long position = 0; header.hasRemaining(); ) {
        position += channel.write(header, position);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
