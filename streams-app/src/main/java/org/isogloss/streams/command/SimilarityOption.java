package org.isogloss.streams.command;

import org.isogloss.encoder.engine.SimilarityKind;
import picocli.CommandLine.Option;

/** Whose matrix products find the neighbours. */
final class SimilarityOption {
  @Option(
      names = "--similarity",
      paramLabel = "auto|simd|torch",
      defaultValue = "auto",
      description = {
        "What multiplies vectors in mining: libtorch, or the Vector API of Java; the pairs are the",
        "same. auto: libtorch where it runs anyway or the search is worth its start."
      })
  private SimilarityKind kind = SimilarityKind.AUTO;

  SimilarityKind kind() {
    return kind;
  }
}
