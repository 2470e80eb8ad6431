package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isogloss.streams.evaluate.EvaluationFolder;
import org.isogloss.streams.evaluate.HtmlReport;
import org.isogloss.streams.evaluate.MtebResults;
import org.isogloss.streams.evaluate.RunRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a run. */
@Command(
    name = "report",
    description = {
      "Show a run as a table, Markdown, one self-contained HTML page, or MTEB's results:",
      "results/MODEL/REVISION/TASK.json below --out, or below the run's own folder."
    })
final class EvalReportCommand extends IsoglossCommand {
  /** The formats of a report. */
  enum Format {
    table,
    markdown,
    html,
    mteb_json;

    @Override
    public String toString() {
      return name().replace('_', '-');
    }
  }

  @Mixin EvaluationOptions evaluation = new EvaluationOptions();

  @Parameters(index = "0", paramLabel = "RUN", description = "A run, or the beginning of its id.")
  private String run = "";

  @Option(
      names = "--format",
      paramLabel = "table|markdown|html|mteb-json",
      defaultValue = "table",
      description = "The format of the report.")
  private String format = Format.table.toString();

  @Option(
      names = "--beside",
      paramLabel = "RUN",
      description = "Another run, side by side with it; html only.")
  private @Nullable String beside;

  @Option(
      names = "--out",
      paramLabel = "F",
      description = "A file, or - for standard output; a folder for mteb-json.")
  private @Nullable String out;

  EvalReportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    EvaluationFolder folder = evaluation.folder(common.home());
    Format chosen = format();
    if (beside != null && chosen != Format.html) {
      throw wronglyCalled("--beside goes with --format html");
    }
    RunRecord record = folder.read(run);
    switch (chosen) {
      case table -> print(EvaluationReports.text(record));
      case markdown -> print(EvaluationReports.markdown(record));
      case html -> {
        List<RunRecord> runs = new ArrayList<>(List.of(record));
        if (beside != null) {
          runs.add(folder.read(beside));
        }
        print(HtmlReport.of(runs));
      }
      case mteb_json -> {
        Path below = out == null ? folder.run(record.id()) : Path.of(out);
        for (Path file : MtebResults.write(record, below)) {
          terminal().out().println(file);
        }
      }
    }
    return DONE;
  }

  private Format format() {
    for (Format each : Format.values()) {
      if (each.toString().equals(format)) {
        return each;
      }
    }
    throw wronglyCalled("--format is table, markdown, html or mteb-json, not " + format);
  }

  private void print(String text) {
    try (TextOutput output = TextOutput.open(out == null ? InputLines.STANDARD : out, terminal())) {
      output.stream().print(text);
    }
  }
}
