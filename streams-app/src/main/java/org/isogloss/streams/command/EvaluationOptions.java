package org.isogloss.streams.command;

import java.nio.file.Path;
import org.isogloss.streams.evaluate.EvaluationFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where evaluation keeps suites, vectors and runs. */
final class EvaluationOptions {
  @Option(
      names = "--eval-dir",
      paramLabel = "DIR",
      description = "Where suites, vectors and runs are kept; in --home unless given.")
  private @Nullable Path folder;

  EvaluationFolder folder(Path home) {
    return new EvaluationFolder(folder == null ? home.resolve("evaluation") : folder);
  }
}
