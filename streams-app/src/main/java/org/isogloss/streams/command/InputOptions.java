package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.error.IsoglossException;
import picocli.CommandLine.Option;

/** Which lines a command reads, and the language that they are in. */
final class InputOptions {
  @Option(
      names = "--in",
      paramLabel = "F|-",
      defaultValue = InputLines.STANDARD,
      description = "A file with one sentence a line, or - for standard input.")
  private String in = InputLines.STANDARD;

  @Option(
      names = "--lang",
      paramLabel = "xx|auto",
      defaultValue = LanguageOption.AUTO,
      description = "The language of every line; auto: identified line by line.")
  private String language = LanguageOption.AUTO;

  /**
   * The language of every line; empty: to be identified.
   *
   * @throws IsoglossException BAD_LANGUAGE
   */
  Optional<String> language() {
    return LanguageOption.parse("--lang", language);
  }

  /** The file; empty: standard input. */
  Optional<Path> file() {
    return in.equals(InputLines.STANDARD) ? Optional.empty() : Optional.of(Path.of(in));
  }

  /** What the ids of the lines begin with: the file's own name, or {@code stdin}. */
  String sourceName() {
    return file()
        .map(path -> path.getFileName() == null ? in : path.getFileName().toString())
        .orElse("stdin");
  }

  /**
   * Opens the lines.
   *
   * @throws IsoglossException BAD_INPUT_FILE
   */
  InputLines open(Terminal terminal) {
    return InputLines.open(in, terminal);
  }
}
