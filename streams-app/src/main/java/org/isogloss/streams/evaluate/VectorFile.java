package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;

/**
 * Vectors of one space on disk, by the digest of their text; only ever appended to. Little-endian:
 *
 * <pre>
 * header    8 bytes "ISOGVEC1", int dimension, 32 bytes of the space's id as text, int CRC-32C of these
 * record    32 bytes SHA-256 of the text, dimension × float32, int CRC-32C of these
 * </pre>
 *
 * <p>A process that dies in the midst of an append leaves a torn tail; opening for writing cuts it
 * off at the first record that is not whole or fails its checksum. What made which records stands
 * beside it ({@link VectorOrigins}). One writer at a time, held by a file lock; {@link #vector} may
 * be called from any thread.
 */
final class VectorFile implements AutoCloseable {
  private static final byte[] MAGIC = "ISOGVEC1".getBytes(UTF_8);
  private static final int SPACE_BYTES = 32;
  private static final int HEADER_BYTES =
      MAGIC.length + Integer.BYTES + SPACE_BYTES + Integer.BYTES;
  private static final int KEY_BYTES = 32;

  private final Path path;
  private final FileChannel channel;
  private final Map<Digest, Long> positions = new HashMap<>();
  private @Nullable VectorOrigins origins;
  private int dimension;
  private String space = "";
  private long end;

  private VectorFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Opens to append, or makes the file.
   *
   * @throws IsoglossException OUTPUT_FAILED, also if another run writes it
   */
  static VectorFile append(Path path) {
    try {
      Path folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      FileChannel channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      VectorFile file = new VectorFile(path, channel);
      try {
        if (!isLocked(channel)) {
          throw new IsoglossException(
              ErrorCode.OUTPUT_FAILED, path + " is being written by another run: wait for it");
        }
        file.scan();
        channel.truncate(file.end);
        return file;
      } catch (RuntimeException | IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + path + ": " + e, e);
    }
  }

  /**
   * Opens to read what is whole.
   *
   * @throws IsoglossException BAD_INPUT_FILE if there is no such file
   */
  static VectorFile read(Path path) {
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      VectorFile file = new VectorFile(path, channel);
      file.scan();
      return file;
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE, "cannot read " + path + ": run the suite again", e);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      // Held until the channel closes.
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void scan() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (!fill(header, 0) || !isSound(header)) {
      return;
    }
    byte[] magic = new byte[MAGIC.length];
    header.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, path + " is no file of vectors");
    }
    dimension = header.getInt();
    byte[] id = new byte[SPACE_BYTES];
    header.get(id);
    space = new String(id, UTF_8);
    end = HEADER_BYTES;
    ByteBuffer record = ByteBuffer.allocate(recordBytes()).order(ByteOrder.LITTLE_ENDIAN);
    byte[] key = new byte[KEY_BYTES];
    while (fill(record.clear(), end) && isSound(record)) {
      record.get(0, key);
      positions.put(digest(key), end + KEY_BYTES);
      end += record.capacity();
    }
  }

  private boolean fill(ByteBuffer buffer, long from) throws IOException {
    long at = from;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, at);
      if (read < 0) {
        return false;
      }
      at += read;
    }
    buffer.flip();
    return true;
  }

  private static boolean isSound(ByteBuffer buffer) {
    int body = buffer.capacity() - Integer.BYTES;
    return buffer.getInt(body) == checksum(buffer.array(), body);
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private int recordBytes() {
    return KEY_BYTES + dimension * Float.BYTES + Integer.BYTES;
  }

  private static Digest digest(byte[] key) {
    return new Digest(HexFormat.of().formatHex(key));
  }

  /** The space of the vectors; empty while there is none. */
  Optional<String> space() {
    return space.isEmpty() ? Optional.empty() : Optional.of(space);
  }

  int size() {
    return positions.size();
  }

  /** What made the text's vector; empty if there is none. */
  Optional<VectorOrigin> origin(Digest text) {
    return Optional.ofNullable(positions.get(text))
        .map(position -> origins().of(record(position - KEY_BYTES)));
  }

  /** The number of the record that begins here. */
  private long record(long position) {
    return (position - HEADER_BYTES) / recordBytes();
  }

  private VectorOrigins origins() {
    VectorOrigins known = origins;
    if (known == null) {
      known = VectorOrigins.read(path, space.isEmpty() ? 0 : record(end));
      origins = known;
    }
    return known;
  }

  boolean has(Digest text) {
    return positions.containsKey(text);
  }

  /**
   * Appends a vector, unless the text has one.
   *
   * @param ofSpace 32 characters, the same for all
   * @throws IsoglossException SPACE_MISMATCH if the file is of another space
   */
  void add(Digest text, String ofSpace, float[] vector, VectorOrigin origin) {
    try {
      if (space.isEmpty()) {
        begin(ofSpace, vector.length);
      }
      if (!space.equals(ofSpace) || dimension != vector.length) {
        throw new IsoglossException(
            ErrorCode.SPACE_MISMATCH,
            "%s holds vectors of the space %s, not %s".formatted(path, space, ofSpace));
      }
      if (has(text)) {
        return;
      }
      origins().begin(record(end), origin);
      ByteBuffer record = ByteBuffer.allocate(recordBytes()).order(ByteOrder.LITTLE_ENDIAN);
      record.put(HexFormat.of().parseHex(text.hex()));
      for (float value : vector) {
        record.putFloat(value);
      }
      record.putInt(checksum(record.array(), record.position()));
      write(record.flip(), end);
      positions.put(text, end + KEY_BYTES);
      end += recordBytes();
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + path + ": " + e, e);
    }
  }

  private void begin(String ofSpace, int length) throws IOException {
    byte[] id = ofSpace.getBytes(UTF_8);
    if (id.length != SPACE_BYTES) {
      throw new IllegalArgumentException("no id of a space: " + ofSpace);
    }
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(length).put(id);
    header.putInt(checksum(header.array(), header.position()));
    write(header.flip(), 0);
    space = ofSpace;
    dimension = length;
    end = HEADER_BYTES;
  }

  private void write(ByteBuffer buffer, long from) throws IOException {
    long at = from;
    while (buffer.hasRemaining()) {
      at += channel.write(buffer, at);
    }
  }

  /** The text's vector; empty if there is none. */
  Optional<float[]> vector(Digest text) {
    Long position = positions.get(text);
    if (position == null) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.allocate(dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try {
      if (!fill(buffer, position)) {
        throw new IOException("the file ends too early");
      }
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "cannot read " + path + ": " + e, e);
    }
    float[] vector = new float[dimension];
    buffer.asFloatBuffer().get(vector);
    return Optional.of(vector);
  }

  /** Forces what was appended to the disk. */
  void force() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + path + ": " + e, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + path + ": " + e, e);
    }
  }
}
