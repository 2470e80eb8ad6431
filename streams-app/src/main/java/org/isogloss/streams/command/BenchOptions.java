package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isogloss.streams.sample.SampleCorpus;
import org.isogloss.streams.sample.SampleSentence;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the benchmarks of encoding share. */
final class BenchOptions {
  private static final long SEED = 1;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds that count; one more warms up.")
  private int rounds = 5;

  @Option(
      names = "--in",
      paramLabel = "F",
      description = "Sentences, one a line; the sample corpus unless given.")
  private @Nullable String in;

  int rounds() {
    return rounds;
  }

  /** The sentences to encode. */
  List<InputLine> lines(Terminal terminal) {
    if (in != null) {
      return InputLines.readAll(in, terminal);
    }
    List<InputLine> lines = new ArrayList<>();
    for (SampleSentence sentence : SampleCorpus.load().sentences(SEED)) {
      lines.add(new InputLine(lines.size() + 1, sentence.text(), Optional.empty()));
    }
    return lines;
  }
}
