package org.isogloss.trainer.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a job's stage makes, and how its command line is begun and ended.
 *
 * @param stage its name
 * @param made the folder that it is told to make
 */
record JobFolder(String stage, Path made) {
  /** The whole recipe names its language by position and makes two modules. */
  private static final String LANGUAGE = "language";

  private static final String MANIFEST = "manifest.json";

  /** The stage's command line. */
  List<String> line(String language, List<String> arguments, List<String> model) {
    List<String> line =
        new ArrayList<>(stage.equals(LANGUAGE) ? List.of(language) : List.of("--lang", language));
    line.addAll(arguments);
    line.addAll(List.of("--out", made.toString()));
    line.addAll(model);
    return line;
  }

  /** Whether the stage has ended; folders of the others appear whole or not at all. */
  boolean isWhole() {
    return Files.exists(stage.equals(LANGUAGE) ? made.resolve("report.json") : made);
  }

  /** The modules that it made, one that others are made for before those. */
  List<Path> modules() {
    return Stream.of(made, made.resolve("language"), made.resolve("alignment"))
        .filter(folder -> Files.isRegularFile(folder.resolve(MANIFEST)))
        .toList();
  }

  /** Words of a command line, the last of which is the language. */
  record LanguageWords(int from, int to) {}

  /** Where a submitted command line names its language. */
  static Optional<LanguageWords> language(String stage, List<String> arguments) {
    if (stage.equals(LANGUAGE)) {
      return arguments.isEmpty() || arguments.getFirst().startsWith("-")
          ? Optional.empty()
          : Optional.of(new LanguageWords(0, 1));
    }
    int at = arguments.indexOf("--lang");
    return at < 0 || at + 1 == arguments.size()
        ? Optional.empty()
        : Optional.of(new LanguageWords(at, at + 2));
  }
}
