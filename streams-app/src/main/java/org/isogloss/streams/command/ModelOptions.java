package org.isogloss.streams.command;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model encodes, where and how. */
final class ModelOptions {
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
      names = "--device",
      paramLabel = "cpu|cuda:N",
      defaultValue = "cpu",
      description = "Where the model runs.")
  private String device = "cpu";

  @Option(
      names = "--dtype",
      paramLabel = "fp32|fp16|bf16",
      defaultValue = "fp32",
      description = "Precision of the model; fp32 on a CPU.")
  private String dtype = "fp32";

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "128",
      description = "Longer sentences are truncated, special tokens included.")
  private int maxTokens = 128;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that encode; as many as there are cores unless given.")
  private @Nullable Integer threads;

  @Option(
      names = "--token-budget",
      paramLabel = "N",
      defaultValue = "2048",
      description = "Tokens of a micro-batch.")
  private int tokenBudget = 2048;

  @Option(
      names = "--module-memory-mb",
      paramLabel = "N",
      defaultValue = "4096",
      description = "Bound on loaded modules; those used least recently leave memory beyond it.")
  private long moduleMemoryMegabytes = 4096;

  String model() {
    return model;
  }

  Optional<Integer> layers() {
    return Optional.ofNullable(layers);
  }

  String device() {
    return device;
  }

  String dtype() {
    return dtype;
  }

  int maxTokens() {
    return maxTokens;
  }

  int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  int tokenBudget() {
    return tokenBudget;
  }

  long moduleMemoryBytes() {
    return moduleMemoryMegabytes << 20;
  }
}
