package org.isogloss.mining.npy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.mining.VectorMatrix;

/**
 * NumPy's array file, format versions 1 to 3: two-dimensional, C order, little-endian float32 or
 * float64. Anything else is a BAD_INPUT_FILE error, never garbage read as numbers.
 */
public final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int MAX_HEADER_BYTES = 1 << 16;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\s*\\{\\s*'descr':\\s*'([^']*)',\\s*'fortran_order':\\s*(True|False),\\s*"
              + "'shape':\\s*\\(([^)]*)\\),?\\s*\\}\\s*");
  private static final Pattern SHAPE =
      Pattern.compile("\\s*(\\d{1,10})\\s*,\\s*(\\d{1,10})\\s*,?\\s*");

  private NpyFile() {}

  /** Reads all vectors; float64 is rounded to float32. The caller closes them. */
  public static VectorMatrix read(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      long size = channel.size();
      if (size < 12) {
        throw bad(file, "is too short to be an .npy file");
      }
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      for (int i = 0; i < MAGIC.length; i++) {
        if (bytes.get(ValueLayout.JAVA_BYTE, i) != MAGIC[i]) {
          throw bad(file, "does not begin as an .npy file");
        }
      }
      int version = bytes.get(ValueLayout.JAVA_BYTE, 6);
      if (version < 1 || version > 3) {
        throw bad(file, "has the format version " + version);
      }
      long headerAt = version == 1 ? 10 : 12;
      long headerBytes =
          version == 1
              ? Short.toUnsignedLong(
                  bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 8))
              : Integer.toUnsignedLong(
                  bytes.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 8));
      if (headerBytes > MAX_HEADER_BYTES || headerAt + headerBytes > size) {
        throw bad(file, "has a header of " + headerBytes + " bytes");
      }
      String header =
          new String(bytes.asSlice(headerAt, headerBytes).toArray(ValueLayout.JAVA_BYTE), US_ASCII);
      return vectors(file, header, bytes.asSlice(headerAt + headerBytes));
    } catch (NoSuchFileException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, file + " does not exist", e);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, file + " cannot be read", e);
    }
  }

  private static VectorMatrix vectors(Path file, String header, MemorySegment data) {
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.matches()) {
      throw bad(file, "has a header that is not understood: " + header.strip());
    }
    int bytes =
        switch (matcher.group(1)) {
          case "<f4" -> 4;
          case "<f8" -> 8;
          default -> throw bad(file, "holds " + matcher.group(1) + ", not <f4 or <f8");
        };
    if (matcher.group(2).equals("True")) {
      throw bad(file, "is in Fortran order");
    }
    Matcher shape = SHAPE.matcher(matcher.group(3));
    if (!shape.matches()) {
      throw bad(file, "has the shape (" + matcher.group(3) + "), not (rows, dimension)");
    }
    long rows = Long.parseLong(shape.group(1));
    long dimension = Long.parseLong(shape.group(2));
    if (rows > Integer.MAX_VALUE || dimension < 1 || dimension > 1 << 20) {
      throw bad(file, "has the shape (" + matcher.group(3) + ")");
    }
    if (data.byteSize() != rows * dimension * bytes) {
      throw bad(
          file,
          "holds %d bytes of data, not %d".formatted(data.byteSize(), rows * dimension * bytes));
    }
    VectorMatrix matrix = VectorMatrix.allocate((int) rows, (int) dimension);
    float[] row = new float[(int) dimension];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < row.length; i++) {
        long at = (r * dimension + i) * bytes;
        row[i] =
            bytes == 4
                ? data.get(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at)
                : (float)
                    data.get(
                        ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at);
      }
      matrix.put(r, row);
    }
    return matrix;
  }

  /** Writes the header of a float32 array; the rows must follow, little-endian. */
  public static void writeHeader(OutputStream out, long rows, int dimension) throws IOException {
    String text =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, dimension);
    int unpadded = MAGIC.length + 4 + text.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    byte[] header = (text + " ".repeat(padding) + "\n").getBytes(US_ASCII);
    out.write(MAGIC);
    out.write(new byte[] {1, 0, (byte) header.length, (byte) (header.length >> 8)});
    out.write(header);
  }

  /** Writes one row, {@code [dimension]}. */
  public static void writeRow(OutputStream out, float[] row) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(row);
    out.write(bytes.array());
  }

  private static IsoglossException bad(Path file, String what) {
    return new IsoglossException(ErrorCode.BAD_INPUT_FILE, file + " " + what);
  }
}
