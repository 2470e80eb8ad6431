package org.isogloss.encoder.backbone;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Small random checkpoints of each kind, made by {@code checkpoints_golden.py}. */
public final class TestCheckpoints {
  private TestCheckpoints() {}

  /**
   * Copies one, so that a test can change it and digests are remembered beside the copy.
   *
   * @param kind xlm-r, e5 or labse
   * @param target must not exist
   */
  public static Path copy(String kind, Path target) throws IOException {
    URI place = place(kind);
    if (place.getScheme().equals("jar")) {
      // For other modules' tests the resources lie in this one's jar.
      try (FileSystem jar = FileSystems.newFileSystem(place, Map.of())) {
        return copy(jar.provider().getPath(place), target);
      }
    }
    return copy(Path.of(place), target);
  }

  private static Path copy(Path source, Path target) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(source)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path copy = target.resolve(source.relativize(file).toString());
      Files.createDirectories(Objects.requireNonNull(copy.getParent()));
      Files.copy(file, copy);
    }
    return target;
  }

  private static URI place(String kind) {
    String name = "/org/isogloss/encoder/checkpoints/" + kind;
    try {
      return Objects.requireNonNull(TestCheckpoints.class.getResource(name), name).toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
