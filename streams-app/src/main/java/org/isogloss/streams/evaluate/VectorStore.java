package org.isogloss.streams.evaluate;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.suite.Vectors;

/**
 * The vectors of one encoder on disk, a file per language and encoded view. Vectors may be asked
 * for from any thread once all are there; the rest is for one thread.
 */
final class VectorStore implements Vectors, AutoCloseable {
  private static final String SUFFIX = ".vectors";

  private final EncoderIdentity identity;
  private final Map<String, VectorFile> files = new TreeMap<>();

  private VectorStore(EncoderIdentity identity) {
    this.identity = identity;
  }

  /** To encode into: the files of these languages, made where missing. */
  static VectorStore append(Path folder, EncoderIdentity identity, SortedSet<String> languages) {
    VectorStore store = new VectorStore(identity);
    try {
      for (String name : store.names(languages)) {
        store.files.put(name, VectorFile.append(folder.resolve(name + SUFFIX)));
      }
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** To read what a finished run has left. */
  static VectorStore read(Path folder, EncoderIdentity identity, SortedSet<String> languages) {
    VectorStore store = new VectorStore(identity);
    try {
      for (String name : store.names(languages)) {
        store.files.put(name, VectorFile.read(folder.resolve(name + SUFFIX)));
      }
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** The file of a language's vectors in a view, within the folder of vectors. */
  static String fileName(EncoderIdentity identity, String language, View view) {
    return identity.vectorsName(language, identity.encoded(language, view)) + SUFFIX;
  }

  private SortedSet<String> names(SortedSet<String> languages) {
    SortedSet<String> names = new TreeSet<>();
    for (String language : languages) {
      for (View view : View.values()) {
        names.add(identity.vectorsName(language, identity.encoded(language, view)));
      }
    }
    return names;
  }

  /** The text as it is encoded: in NFC, as the router makes it. */
  static String normalised(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  private VectorFile file(String language, View view) {
    String name = identity.vectorsName(language, identity.encoded(language, view));
    VectorFile file = files.get(name);
    if (file == null) {
      throw new IllegalArgumentException("not opened for " + language);
    }
    return file;
  }

  /**
   * @param text normalised
   */
  boolean has(String language, String text, View view) {
    return file(language, view).has(Digest.of(text));
  }

  /**
   * @param text normalised
   */
  void add(
      String language, String text, View view, String space, float[] vector, VectorOrigin origin) {
    file(language, view).add(Digest.of(text), space, vector, origin);
  }

  /**
   * What made a vector that is there.
   *
   * @param text normalised
   */
  VectorOrigin origin(String language, String text, View view) {
    return file(language, view).origin(Digest.of(text)).orElse(VectorOrigin.UNKNOWN);
  }

  @Override
  public float[] vector(String language, String text, View view) {
    return file(language, view)
        .vector(Digest.of(normalised(text)))
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.BAD_INPUT_FILE,
                    "no vector of '%s' (%s, %s): run the suite again"
                        .formatted(text, language, view)));
  }

  /**
   * Vectors of two languages may be compared only in one space (design, section 4). Languages
   * without a vector do not matter.
   *
   * @throws IsoglossException SPACE_MISMATCH
   */
  void requireOneCrossLingualSpace(SortedSet<String> languages) {
    SortedMap<String, SortedSet<String>> bySpace = new TreeMap<>();
    for (String language : languages) {
      Optional<String> space = file(language, View.CROSS_LINGUAL).space();
      space.ifPresent(s -> bySpace.computeIfAbsent(s, none -> new TreeSet<>()).add(language));
    }
    if (bySpace.size() > 1) {
      throw new IsoglossException(
          ErrorCode.SPACE_MISMATCH,
          "the cross-lingual vectors lie in several spaces: "
              + bySpace.entrySet().stream()
                  .map(each -> each.getKey() + " of " + String.join(", ", each.getValue()))
                  .collect(Collectors.joining("; ")));
    }
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
