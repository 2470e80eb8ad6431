package org.isogloss.streams.command;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a command writes its results. */
final class OutputOption {
  @Option(
      names = "--out",
      paramLabel = "F|-",
      defaultValue = InputLines.STANDARD,
      description = "A file, or - for standard output.")
  private String out = InputLines.STANDARD;

  boolean isStandard() {
    return out.equals(InputLines.STANDARD);
  }

  /**
   * @throws IllegalStateException if it is standard output
   */
  Path file() {
    if (isStandard()) {
      throw new IllegalStateException("standard output is no file");
    }
    return Path.of(out);
  }

  /** As given. */
  String value() {
    return out;
  }
}
