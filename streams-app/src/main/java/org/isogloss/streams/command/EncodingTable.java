package org.isogloss.streams.command;

import java.util.Locale;
import java.util.SequencedMap;
import org.isogloss.encoder.encode.EncoderDescription;

/** Rates of encoding as docs/performance.md holds them. */
final class EncodingTable {
  private EncodingTable() {}

  /**
   * @param tokens of all the sentences together
   * @param medians tokens per second by way of encoding
   * @param peer the way that the ratios are to; there may be none of that name
   */
  static String of(
      EncoderDescription encoder,
      int threads,
      int sentences,
      long tokens,
      int rounds,
      SequencedMap<String, Double> medians,
      String peer) {
    double peerRate = medians.getOrDefault(peer, Double.NaN);
    double tokensPerSentence = tokens / (double) sentences;
    TextTable table = new TextTable("encoding", "tokens/s", "sentences/s", "ratio");
    medians.forEach(
        (name, rate) ->
            table.row(
                name,
                number("%.0f", rate),
                number("%.1f", rate / tokensPerSentence),
                Double.isNaN(peerRate) ? "" : number("%.3f", rate / peerRate)));
    return "%s, %d layers, %s, %d threads, %d sentences, %d tokens, medians of %d rounds%n%n%s"
        .formatted(
            encoder.backboneName(),
            encoder.layers(),
            encoder.precision(),
            threads,
            sentences,
            tokens,
            rounds,
            table.markdown());
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
