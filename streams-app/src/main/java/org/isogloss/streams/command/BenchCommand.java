package org.isogloss.streams.command;

import picocli.CommandLine.Command;

/** Holds the benchmarks together. */
@Command(
    name = "bench",
    description = {
      "Measure speed: interleaved rounds, medians, the ratio to a peer.",
      "The output is a Markdown table as docs/performance.md holds them. 'isogloss bench train'",
      "measures training steps."
    },
    synopsisSubcommandLabel = "WHAT")
final class BenchCommand {
  @picocli.CommandLine.Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;
}
