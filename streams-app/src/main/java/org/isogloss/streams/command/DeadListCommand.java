package org.isogloss.streams.command;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.isogloss.streams.replay.LetterReader;
import org.isogloss.streams.replay.ReplayMarkers;
import org.isogloss.streams.replay.StoredLetter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists dead letters. */
@Command(name = "list", description = "List dead letters, the latest sentences last.")
final class DeadListCommand extends IsoglossCommand {
  private static final Comparator<StoredLetter> BY_TIME =
      Comparator.comparing(StoredLetter::time)
          .thenComparing(letter -> letter.record().partition())
          .thenComparing(letter -> letter.record().offset());

  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin LetterOptions letters = new LetterOptions();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many at most: the latest.")
  private int limit = 100;

  @Option(names = "--json", description = "As one JSON object a line.")
  private boolean json;

  DeadListCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    if (limit < 1) {
      throw wronglyCalled("--limit takes at least 1");
    }
    PriorityQueue<StoredLetter> latest = new PriorityQueue<>(BY_TIME);
    long[] found = new long[1];
    try (LetterReader reader = LetterReader.open(cluster.requireRunning(common.home()));
        Progress progress = Progress.ofUnknownLength(terminal(), "reading")) {
      ReplayMarkers markers = reader.markers();
      reader.forEach(
          letters.filter(Set.of(), InstantSource.system()),
          letter -> {
            found[0]++;
            latest.add(letter);
            if (latest.size() > limit) {
              latest.remove();
            }
          },
          (read, total) -> progress.update(read));
      progress.close();
      show(inOrder(latest), markers);
    }
    if (found[0] > limit) {
      terminal().note("%d more; --limit shows them", found[0] - limit);
    }
    return DONE;
  }

  private void show(List<StoredLetter> ordered, ReplayMarkers markers) {
    if (!json) {
      terminal().out().println(LetterTexts.heading());
    }
    for (StoredLetter letter : ordered) {
      terminal()
          .out()
          .println(
              json
                  ? LetterTexts.json(letter, markers, false).toString()
                  : LetterTexts.line(letter, markers));
    }
  }

  private static List<StoredLetter> inOrder(PriorityQueue<StoredLetter> latest) {
    Deque<StoredLetter> ordered = new ArrayDeque<>(latest.size());
    while (!latest.isEmpty()) {
      ordered.add(latest.remove());
    }
    return List.copyOf(ordered);
  }
}
