package org.isogloss.encoder.backbone;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes safetensors files. The same tensors give the same bytes: the header lists them in the
 * order given, metadata sorted by key, and pads with spaces so that the data begins at a multiple
 * of 64 bytes.
 */
public final class SafetensorsWriter {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int ALIGNMENT = 64;
  private static final long CHUNK_BYTES = 64 << 20;

  private SafetensorsWriter() {}

  /**
   * Writes a file and forces it to disk. Holds one tensor at a time. An existing file is
   * overwritten in place: write beside it and rename where others may read it.
   *
   * @throws IllegalArgumentException if a name comes twice, or a tensor's bytes do not fit its
   *     shape
   */
  public static void write(Path file, Map<String, String> metadata, List<TensorSource> tensors)
      throws IOException {
    byte[] header = header(metadata, tensors);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(LITTLE_ENDIAN);
      writeFully(channel, length.putLong(0, header.length));
      writeFully(channel, ByteBuffer.wrap(header));
      for (TensorSource tensor : tensors) {
        MemorySegment elements = tensor.elements().get();
        if (elements.byteSize() != tensor.bytes()) {
          throw new IllegalArgumentException(
              tensor.name() + " has " + elements.byteSize() + " bytes, not " + tensor.bytes());
        }
        for (long at = 0; at < elements.byteSize(); at += CHUNK_BYTES) {
          long chunk = Math.min(CHUNK_BYTES, elements.byteSize() - at);
          writeFully(channel, elements.asSlice(at, chunk).asByteBuffer());
        }
      }
      channel.force(true);
    }
  }

  private static byte[] header(Map<String, String> metadata, List<TensorSource> tensors)
      throws IOException {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode node = root.putObject("__metadata__");
      new TreeMap<>(metadata).forEach(node::put);
    }
    Set<String> names = new HashSet<>(Set.of("__metadata__"));
    long at = 0;
    for (TensorSource tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException("a name that is taken: " + tensor.name());
      }
      ObjectNode node = root.putObject(tensor.name()).put("dtype", tensor.type().name());
      ArrayNode shape = node.putArray("shape");
      tensor.shape().forEach(shape::add);
      long end = Math.addExact(at, tensor.bytes());
      node.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    String json = JSON.writeValueAsString(root);
    int bytes = json.getBytes(UTF_8).length;
    int padding = Math.floorMod(-(Long.BYTES + bytes), ALIGNMENT);
    return (json + " ".repeat(padding)).getBytes(UTF_8);
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
