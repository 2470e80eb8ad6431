package org.isogloss.encoder.backbone;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A safetensors file, mapped into memory: eight bytes with the header's length, a JSON header, the
 * tensors without gap or overlap. Only the header is read before it is used, and only a file whose
 * header fits it is mapped; files of any size work.
 *
 * <p>The header is taken as hostile: whatever it says, opening ends in a usable file or in {@link
 * ErrorCode#BAD_SAFETENSORS} that names the file and the tensor.
 *
 * <p>Safe for use by several threads. Closing it ends the life of every segment; whoever hands
 * segments to native code closes the file after the last native call. The file must not be cut
 * short while it is open; replacing it by a rename is fine.
 */
public final class SafetensorsFile implements AutoCloseable {
  private final Path file;
  private final Arena arena;
  private final Map<String, String> metadata;
  private final SortedMap<String, TensorEntry> tensors;

  private SafetensorsFile(
      Path file,
      Arena arena,
      Map<String, String> metadata,
      SortedMap<String, TensorEntry> tensors) {
    this.file = file;
    this.arena = arena;
    this.metadata = Collections.unmodifiableMap(metadata);
    this.tensors = Collections.unmodifiableSortedMap(tensors);
  }

  /**
   * Opens a file and checks its header against its size.
   *
   * @throws IsoglossException MODEL_FILE_MISSING if there is no such file, BAD_SAFETENSORS if it is
   *     malformed or cannot be read
   */
  public static SafetensorsFile open(Path file) {
    if (Files.isDirectory(file)) {
      throw new IsoglossException(ErrorCode.BAD_SAFETENSORS, file + " is a directory");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < Long.BYTES) {
        throw new IsoglossException(
            ErrorCode.BAD_SAFETENSORS, file + " is truncated: " + size + " bytes");
      }
      long length = ByteBuffer.wrap(read(channel, 0, Long.BYTES)).order(LITTLE_ENDIAN).getLong();
      SafetensorsHeader.checkLength(file, length, size);
      long dataAt = Long.BYTES + length;
      SafetensorsHeader header =
          SafetensorsHeader.parse(
              file, read(channel, Long.BYTES, Math.toIntExact(length)), size - dataAt);
      return map(file, channel, size, dataAt, header);
    } catch (NoSuchFileException e) {
      throw new IsoglossException(ErrorCode.MODEL_FILE_MISSING, file + " does not exist", e);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BAD_SAFETENSORS, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static SafetensorsFile map(
      Path file, FileChannel channel, long size, long dataAt, SafetensorsHeader header)
      throws IOException {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment data =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena).asSlice(dataAt);
      return new SafetensorsFile(file, arena, header.metadata(), header.tensorsOver(data));
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static byte[] read(FileChannel channel, long from, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw new EOFException("it became shorter");
      }
    }
    return buffer.array();
  }

  public Path file() {
    return file;
  }

  /** The header's {@code __metadata__}; empty if there is none. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Every tensor by name, in the order of the names. */
  public SortedMap<String, TensorEntry> tensors() {
    return tensors;
  }

  public Optional<TensorEntry> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /**
   * The tensor of this name.
   *
   * @throws IsoglossException BAD_TENSOR if there is none
   */
  public TensorEntry tensor(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IsoglossException(ErrorCode.BAD_TENSOR, file + " has no tensor named " + name));
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
