package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.streams.replay.LetterFilter;
import org.isogloss.streams.replay.LetterReader;
import org.isogloss.streams.replay.ReplayMarkers;
import org.isogloss.streams.replay.StoredLetter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Explains one dead letter. */
@Command(
    name = "show",
    description = "Show a dead letter: the text, what is wrong with it, and what can be done.")
final class DeadShowCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Parameters(
      paramLabel = "PLACE",
      description = "As `dead list` shows it, or its end: PARTITION@OFFSET.")
  private String place = "";

  @Option(names = "--json", description = "As one JSON object, with the bytes.")
  private boolean json;

  DeadShowCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    Origin wanted = LetterOptions.place(place);
    List<StoredLetter> found = new ArrayList<>();
    try (LetterReader reader = LetterReader.open(cluster.requireRunning(common.home()))) {
      reader.forEach(LetterFilter.at(Set.of(wanted)), found::add, CommittedRecords.Progress.NONE);
      if (found.isEmpty()) {
        throw new IsoglossException(
            ErrorCode.NO_SUCH_DEAD_LETTER, "no dead letter at " + OriginText.format(wanted));
      }
      StoredLetter letter = found.getFirst();
      ReplayMarkers markers = reader.markers();
      if (json) {
        terminal().out().println(LetterTexts.json(letter, markers, true));
      } else {
        terminal().out().print(LetterTexts.explained(letter, markers));
      }
    }
    return DONE;
  }
}
