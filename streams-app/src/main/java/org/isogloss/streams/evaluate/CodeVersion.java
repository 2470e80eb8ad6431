package org.isogloss.streams.evaluate;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Stream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.metrics.suite.SuiteScorer;

/**
 * Which code made a number: a digest of the program's own classes, encoder and evaluation, since a
 * version number says nothing of a build from a changed tree.
 */
final class CodeVersion {
  private CodeVersion() {}

  /** Such as {@code classes-1f0c5a9e77d2}; {@code unknown} where the classes cannot be read. */
  static String text() {
    try {
      StringBuilder content = new StringBuilder();
      for (Class<?> type : List.of(SuiteScorer.class, CodeVersion.class)) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null) {
          return "unknown";
        }
        add(Path.of(source.getLocation().toURI()), content);
      }
      return "classes-" + Digest.of(content.toString()).abbreviated();
    } catch (IOException | URISyntaxException e) {
      return "unknown";
    }
  }

  private static void add(Path location, StringBuilder content) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(location)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      content
          .append(location.relativize(file))
          .append(' ')
          .append(Digest.ofFile(file).hex())
          .append('\n');
    }
  }
}
