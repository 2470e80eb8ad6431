package org.isogloss.streams.evaluate;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.space.Digest;

/**
 * The pooled vectors of a bare backbone on disk, before any module, a file per language: what
 * modules that act after pooling only are computed from. For one writing thread; what is there may
 * be asked for from any.
 */
final class PooledStore implements AutoCloseable {
  private static final int SPACE_CHARACTERS = 32;

  private final Path folder;
  private final String backbone;
  private final Map<String, VectorFile> files = new TreeMap<>();

  PooledStore(Path folder, EncoderDescription encoder) {
    this.folder = folder;
    this.backbone = Digest.of("pooled\n" + EncoderIdentity.base(encoder)).hex();
  }

  /** Opens the language's file, or makes it. */
  void open(String language) {
    files.computeIfAbsent(
        language,
        l ->
            VectorFile.append(
                folder.resolve("%s.pooled.%s.vectors".formatted(l, backbone.substring(0, 24)))));
  }

  private VectorFile file(String language) {
    VectorFile file = files.get(language);
    if (file == null) {
      throw new IllegalArgumentException("not opened: " + language);
    }
    return file;
  }

  boolean has(String language, String text) {
    return file(language).has(Digest.of(text));
  }

  void add(String language, String text, float[] pooled, VectorOrigin origin) {
    file(language).add(Digest.of(text), backbone.substring(0, SPACE_CHARACTERS), pooled, origin);
  }

  /** What made a pooled vector that is there. */
  VectorOrigin origin(String language, String text) {
    return file(language).origin(Digest.of(text)).orElse(VectorOrigin.UNKNOWN);
  }

  Optional<float[]> vector(String language, String text) {
    return file(language).vector(Digest.of(text));
  }

  /** Forces what was added to the disk. */
  void force() {
    files.values().forEach(VectorFile::force);
  }

  @Override
  public void close() {
    files.values().forEach(VectorFile::close);
  }
}
