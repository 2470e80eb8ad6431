package org.isogloss.streams.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.export.Exporter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what a topic holds. */
@Command(
    name = "export",
    description = {
      "Write the committed records of a topic as JSON lines, headers included; or the vectors of",
      "isogloss.embeddings as one NumPy array, which takes vectors of one space only."
    })
final class ExportCommand extends IsoglossCommand {
  private static final int LINES_BETWEEN_FLUSHES = 1_000;

  /** The formats. */
  enum Format {
    jsonl,
    npy
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

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The array of --format npy; FILE.ids.tsv beside it names its rows.")
  private @Nullable Path out;

  @Option(
      names = "--view",
      description = "With --format npy, this view only: one of ${COMPLETION-CANDIDATES}.")
  private @Nullable ViewName view;

  @Option(
      names = "--space",
      paramLabel = "SPACE",
      description = "With --format npy, vectors of this space only.")
  private @Nullable String space;

  private long told;
  private @Nullable String onlyView;

  ExportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    return switch (format) {
      case jsonl -> {
        if (out != null || view != null || space != null) {
          throw wronglyCalled("--out, --view and --space belong to --format npy");
        }
        yield exportLines();
      }
      case npy -> exportArray();
    };
  }

  private int exportArray() {
    if (!topic.equals(Topics.EMBEDDINGS) || out == null || follow) {
      throw wronglyCalled(
          "--format npy takes the topic %s, wants --out, and knows no --follow"
              .formatted(Topics.EMBEDDINGS));
    }
    Exporter exporter = new Exporter(cluster.requireRunning(common.home()));
    Path part = out.resolveSibling(out.getFileName() + ".part");
    long[] unknown = new long[1];
    try {
      try (NpyResults array = new NpyResults(part);
          Progress progress = Progress.ofUnknownLength(terminal(), "exporting")) {
        exporter.embeddings(
            embedding -> take(embedding, array),
            () -> unknown[0]++,
            (read, total) -> progress.update(read));
      }
      move(part, out);
      move(NpyResults.idsOf(part), NpyResults.idsOf(out));
    } finally {
      delete(part);
      delete(NpyResults.idsOf(part));
    }
    terminal().note("%d vectors", told);
    if (unknown[0] > 0) {
      terminal().note("%d records are of a form that this version cannot read", unknown[0]);
    }
    return DONE;
  }

  private void take(Embedding embedding, NpyResults array) {
    if (!isWanted(embedding)) {
      return;
    }
    String of = embedding.getView().name();
    if (onlyView == null) {
      onlyView = of;
    } else if (!onlyView.equals(of)) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION, "there are vectors of both views: choose with --view");
    }
    array.write(PipelineLineEncoder.result(embedding));
    told++;
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "cannot write " + to + ": " + e.getMessage(), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "cannot delete " + file + ": " + e.getMessage(), e);
    }
  }

  private boolean isWanted(Embedding embedding) {
    return (view == null || embedding.getView().name().equals(view.view().name()))
        && (space == null || embedding.getSpace().equals(space));
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
