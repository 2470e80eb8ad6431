package org.isogloss.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;

/**
 * A line of {@code mine} on text.
 *
 * @param sourceLine counted from 1
 * @param targetLine likewise
 */
record MinedLine(double score, String source, String target, int sourceLine, int targetLine) {
  static final Comparator<MinedLine> BEST_FIRST =
      Comparator.comparingDouble(MinedLine::score).reversed();

  /** Mines German against English. */
  static List<MinedLine> mine(Commands commands, String german, String english) {
    return commands
        .run(
            "mine",
            "--source",
            german,
            "--source-lang",
            "de",
            "--target",
            english,
            "--target-lang",
            "en")
        .requireSuccess()
        .lines()
        .stream()
        .map(MinedLine::parse)
        .toList();
  }

  private static MinedLine parse(String line) {
    String[] fields = line.split("\t");
    assertThat(fields).hasSize(5);
    return new MinedLine(
        Double.parseDouble(fields[0]),
        fields[1],
        fields[2],
        Integer.parseInt(fields[3]),
        Integer.parseInt(fields[4]));
  }
}
