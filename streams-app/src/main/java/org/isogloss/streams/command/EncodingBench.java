package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.streams.command.InterleavedRounds.Measurement;

/** Ways of encoding the same lines, measured against one another. For one thread. */
final class EncodingBench {
  private final List<InputLine> lines;
  private final int rounds;
  private final Terminal terminal;
  private final List<EncodingRun> runs = new ArrayList<>();
  private final SequencedMap<String, Measurement> ways = new LinkedHashMap<>();

  EncodingBench(BenchOptions options, Terminal terminal) {
    this.lines = options.lines(terminal);
    this.rounds = options.rounds();
    this.terminal = terminal;
  }

  List<InputLine> lines() {
    return lines;
  }

  /** One of ours. */
  void add(String name, LineEncoder encoder) {
    EncodingRun run = new EncodingRun(encoder, lines);
    runs.add(run);
    ways.put(name, run::tokensPerSecond);
  }

  /** Somebody else's, which says its own rate of tokens. */
  void add(String name, Measurement tokensPerSecond) {
    ways.put(name, tokensPerSecond);
  }

  /**
   * Measures in interleaved rounds, and writes the table.
   *
   * @param peer the way that the ratios are to; there may be none of that name
   * @return the median rates, in tokens per second
   */
  SequencedMap<String, Double> report(EncoderDescription encoder, int threads, String peer)
      throws Exception {
    SequencedMap<String, Double> medians =
        InterleavedRounds.medians(
            ways, rounds, (name, round) -> terminal.note("round %d: %s", round, name));
    terminal
        .out()
        .print(
            EncodingTable.of(
                encoder, threads, lines.size(), runs.getLast().tokens(), rounds, medians, peer));
    return medians;
  }

  /** What one way's rate is of another's; not a number if one of them was not measured. */
  static double ratio(SequencedMap<String, Double> rates, String way, String peer) {
    return rates.getOrDefault(way, Double.NaN) / rates.getOrDefault(peer, Double.NaN);
  }
}
