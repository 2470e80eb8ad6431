package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model encodes, and how. */
final class ModelOptions {
  @Option(
      names = "--home",
      paramLabel = "DIR",
      description = "Where models and data are kept; ~/.isogloss unless given.")
  private @Nullable Path home;

  @Option(
      names = "--model",
      paramLabel = "NAME|DIR",
      defaultValue = "mbert",
      description = "A name of `models list`, hf:ORG/NAME@REVISION, or a folder of that layout.")
  private String model = "mbert";

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "How many layers of the backbone run; the model's own default unless given.")
  private @Nullable Integer layers;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "128",
      description = "Longer sentences are truncated, special tokens included.")
  private int maxTokens = 128;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = {
        "Micro-batches side by side; as many as there are cores unless given.",
        "Of a training step: one unless given."
      })
  private @Nullable Integer threads;

  /** The same options as a command line, for another command. */
  List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--home",
                home().toString(),
                "--model",
                model,
                "--max-tokens",
                Integer.toString(maxTokens)));
    layers().ifPresent(count -> arguments.addAll(List.of("--layers", count.toString())));
    if (threads != null) {
      arguments.addAll(List.of("--threads", threads.toString()));
    }
    return List.copyOf(arguments);
  }

  Path home() {
    return home == null ? Path.of(System.getProperty("user.home"), ".isogloss") : home;
  }

  String model() {
    return model;
  }

  Optional<Integer> layers() {
    return Optional.ofNullable(layers);
  }

  int maxTokens() {
    return maxTokens;
  }

  /** Of a training step: one unless given, so that a run leaves room for others. */
  int trainingThreads() {
    return threads == null ? 1 : threads;
  }

  int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }
}
