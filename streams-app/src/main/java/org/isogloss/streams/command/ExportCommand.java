package org.isogloss.streams.command;

import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.streams.export.Exporter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what a topic holds. */
@Command(
    name = "export",
    description = "Write the committed records of a topic as JSON lines, headers included.")
final class ExportCommand extends IsoglossCommand {
  private static final int LINES_BETWEEN_FLUSHES = 1_000;

  /** The formats. */
  enum Format {
    jsonl
  }

  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Parameters(paramLabel = "TOPIC", description = "Such as isogloss.bitext.")
  private String topic = "";

  @Option(
      names = "--format",
      defaultValue = "jsonl",
      description = "One of ${COMPLETION-CANDIDATES}.")
  private Format format = Format.jsonl;

  @Option(names = "--follow", description = "Go on with what comes, until stopped.")
  private boolean follow;

  private long told;

  ExportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    return switch (format) {
      case jsonl -> exportLines();
    };
  }

  private int exportLines() {
    Exporter exporter = new Exporter(cluster.requireRunning(common.home()));
    if (follow) {
      exporter.follow(topic, this::tell);
      return DONE;
    }
    try (Progress progress = Progress.ofUnknownLength(terminal(), "exporting")) {
      exporter.export(topic, this::tell, (read, total) -> progress.update(read));
    }
    return DONE;
  }

  /** Whoever follows reads every line at once; a reader that has gone away ends the export. */
  private void tell(String line) {
    terminal().out().println(line);
    told++;
    if ((follow || told % LINES_BETWEEN_FLUSHES == 0) && terminal().out().checkError()) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "standard output is closed");
    }
  }
}
