package org.isogloss.trainer.fit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.isogloss.encoder.backbone.SafetensorsFile;
import org.isogloss.encoder.backbone.SafetensorsWriter;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.backbone.TensorSource;
import org.isogloss.encoder.backbone.TensorType;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Vectors of sentences on disk, so that trainings towards the same English encode a sentence once
 * between them. A folder for everything that decides a vector; in it files that appear whole, so
 * that several processes may share it. It may be deleted at any time. For one thread.
 *
 * <p>Format: safetensors with {@code texts}, U8 {@code [sentences][32]}, the SHA-256 of each text
 * in UTF-8, and {@code vectors}, F32 {@code [sentences][dimension]}, not of unit length.
 */
public final class VectorCache {
  private static final String SUFFIX = ".safetensors";
  private static final String TEXTS = "texts";
  private static final String VECTORS = "vectors";
  private static final int DIGEST_BYTES = 32;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path folder;

  /**
   * @param directory of all caches; it appears when the first vectors are kept
   * @param encoder everything that decides a sentence's vector
   */
  public VectorCache(Path directory, Digest encoder) {
    this.folder = directory.resolve(encoder.hex());
  }

  /**
   * The vectors of texts: those that are kept already, and of the others those that are encoded now
   * and kept.
   *
   * @param encode gives the vectors of different texts, but for those that it refuses, which are
   *     not kept
   * @throws IsoglossException BAD_SAFETENSORS if a file is damaged, OUTPUT_FAILED
   */
  public Map<String, float[]> of(
      List<String> texts, Function<List<String>, Map<String, float[]>> encode) {
    try {
      Map<String, float[]> vectors = find(texts);
      List<String> missing =
          new LinkedHashSet<>(texts).stream().filter(text -> !vectors.containsKey(text)).toList();
      if (!missing.isEmpty()) {
        Map<String, float[]> encoded = encode.apply(missing);
        List<String> kept = missing.stream().filter(encoded::containsKey).toList();
        keep(kept, kept.stream().map(encoded::get).toList());
        vectors.putAll(encoded);
      }
      return vectors;
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED,
          "vectors cannot be kept in " + folder + ": " + e.getMessage(),
          e);
    }
  }

  private Map<String, float[]> find(List<String> texts) throws IOException {
    Map<String, float[]> found = new HashMap<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    Map<Digest, String> wanted = new HashMap<>();
    texts.forEach(text -> wanted.put(Digest.of(text), text));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
          find(wanted, opened.tensor(TEXTS), opened.tensor(VECTORS), found);
        }
      }
    }
    return found;
  }

  private static void find(
      Map<Digest, String> wanted, TensorEntry texts, TensorEntry vectors, Map<String, float[]> to) {
    int dimension = Math.toIntExact(vectors.shape().getLast());
    byte[] digest = new byte[DIGEST_BYTES];
    for (long row = 0; row < texts.shape().getFirst(); row++) {
      MemorySegment.copy(
          texts.segment(), ValueLayout.JAVA_BYTE, row * DIGEST_BYTES, digest, 0, DIGEST_BYTES);
      String text = wanted.get(new Digest(HexFormat.of().formatHex(digest)));
      if (text != null) {
        float[] vector = new float[dimension];
        MemorySegment.copy(
            vectors.segment(), FLOAT, row * dimension * Float.BYTES, vector, 0, dimension);
        to.put(text, vector);
      }
    }
  }

  private void keep(List<String> texts, List<float[]> vectors) throws IOException {
    if (texts.isEmpty()) {
      return;
    }
    int dimension = vectors.getFirst().length;
    ByteArrayOutputStream digests = new ByteArrayOutputStream(texts.size() * DIGEST_BYTES);
    byte[] values = new byte[Math.multiplyExact(texts.size(), dimension * Float.BYTES)];
    MemorySegment segment = MemorySegment.ofArray(values);
    for (int row = 0; row < texts.size(); row++) {
      digests.writeBytes(HexFormat.of().parseHex(Digest.of(texts.get(row)).hex()));
      MemorySegment.copy(
          vectors.get(row), 0, segment, FLOAT, (long) row * dimension * Float.BYTES, dimension);
    }
    byte[] names = digests.toByteArray();
    Files.createDirectories(folder);
    Path part = Files.createTempFile(folder, "part-", "");
    SafetensorsWriter.write(
        part,
        Map.of(),
        List.of(
            TensorSource.of(
                new TensorEntry(
                    TEXTS,
                    TensorType.U8,
                    List.of((long) texts.size(), (long) DIGEST_BYTES),
                    MemorySegment.ofArray(names))),
            TensorSource.of(
                new TensorEntry(
                    VECTORS,
                    TensorType.F32,
                    List.of((long) texts.size(), (long) dimension),
                    segment))));
    Files.move(
        part, folder.resolve(Digest.of(names).hex() + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
  }
}
