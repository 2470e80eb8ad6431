package org.isogloss.streams.command;

import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.record.Origin;
import org.isogloss.streams.replay.LetterFilter;
import org.isogloss.streams.replay.PassedOver;
import org.isogloss.streams.replay.ReplayOptions;
import org.isogloss.streams.replay.ReplayReport;
import org.isogloss.streams.replay.Replayer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends refused sentences again. */
@Command(
    name = "replay",
    description = {
      "Send the sentences of dead letters again, after what refused them was mended.",
      "Each is sent once, however often this runs and wherever it is stopped."
    })
final class DeadReplayCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin LetterOptions letters = new LetterOptions();

  @Parameters(
      paramLabel = "PLACE",
      arity = "0..*",
      description = "Only these, as `dead list` shows them.")
  private List<String> places = List.of();

  @Option(names = "--all", description = "Every dead letter, where no other option chooses.")
  private boolean all;

  @Option(
      names = "--into-scope",
      paramLabel = "S",
      description = "Send into this scope in place of the sentence's own; empty: not mined.")
  private @Nullable String intoScope;

  @Option(
      names = "--views",
      paramLabel = "VIEWS",
      description = "Ask for these views in place of those asked for.")
  private @Nullable String views;

  @Option(names = "--dry-run", description = "Only say what would be sent.")
  private boolean dryRun;

  @Option(
      names = "--actor",
      paramLabel = "NAME",
      description = "Who does it, for the markers; this machine's user unless given.")
  private String actor = System.getProperty("user.name", "unknown");

  DeadReplayCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    boolean chosen = !places.isEmpty() || !letters.isEmpty();
    if (chosen == all) {
      throw wronglyCalled("choose letters by place, --stage, --code, --scope or --since, or --all");
    }
    Set<Origin> wanted =
        places.stream().map(LetterOptions::place).collect(Collectors.toUnmodifiableSet());
    LetterFilter filter = letters.filter(wanted, InstantSource.system());
    ReplayOptions options = ReplayOptions.by(actor);
    if (intoScope != null) {
      options = options.intoScope(intoScope);
    }
    if (views != null) {
      options = options.withViews(views);
    }
    KafkaSettings kafka = cluster.requireRunning(common.home());
    Replayer replayer = new Replayer(kafka, InstantSource.system());
    try (Progress progress = Progress.ofUnknownLength(terminal(), "replaying")) {
      ReplayReport report =
          dryRun
              ? replayer.tryOut(filter, options)
              : replayer.replay(filter, options, progress::update);
      progress.close();
      show(report);
    }
    return DONE;
  }

  private void show(ReplayReport report) {
    terminal().out().println("%s\t%d".formatted(dryRun ? "would be sent" : "sent", report.sent()));
    for (PassedOver reason : PassedOver.values()) {
      long count = report.passedOver(reason);
      if (count > 0) {
        terminal().out().println("passed over\t%d\t%s".formatted(count, reason.words()));
      }
    }
  }
}
