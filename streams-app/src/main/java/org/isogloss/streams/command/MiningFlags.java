package org.isogloss.streams.command;

import org.isogloss.mining.Margin;
import org.isogloss.mining.MiningOptions;
import org.isogloss.mining.Retrieval;
import picocli.CommandLine.Option;

/** How pairs are scored and chosen. */
final class MiningFlags {
  /** The retrievals as the command line names them. */
  enum RetrievalName {
    max(Retrieval.MAX),
    fwd(Retrieval.FORWARD),
    bwd(Retrieval.BACKWARD),
    intersect(Retrieval.INTERSECT);

    private final Retrieval retrieval;

    RetrievalName(Retrieval retrieval) {
      this.retrieval = retrieval;
    }
  }

  @Option(
      names = "--k",
      paramLabel = "K",
      defaultValue = "4",
      description = "How many neighbours make a neighbourhood.")
  private int k = MiningOptions.DEFAULT.k();

  @Option(
      names = "--margin",
      paramLabel = "ratio|distance|absolute",
      defaultValue = "ratio",
      description = "How a cosine is held against its neighbourhood.")
  private Margin margin = Margin.RATIO;

  @Option(
      names = "--retrieval",
      paramLabel = "max|fwd|bwd|intersect",
      defaultValue = "max",
      description = "Which candidates become pairs.")
  private RetrievalName retrieval = RetrievalName.max;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      defaultValue = "0",
      description = "Pairs scored below are left out.")
  private double threshold;

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  MiningOptions options() {
    return new MiningOptions(k, margin, retrieval.retrieval, threshold);
  }
}
