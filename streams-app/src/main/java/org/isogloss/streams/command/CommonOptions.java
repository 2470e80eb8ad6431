package org.isogloss.streams.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {
  @Option(names = "--verbose", description = "Log more, and show the stack trace of an error.")
  boolean verbose;

  @Option(
      names = "--home",
      paramLabel = "DIR",
      description = "Where models and data are kept; ~/.isogloss unless given.")
  private @Nullable Path home;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  Path home() {
    return home == null ? Path.of(System.getProperty("user.home"), ".isogloss") : home;
  }
}
