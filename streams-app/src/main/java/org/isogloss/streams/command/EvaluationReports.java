package org.isogloss.streams.command;

import java.util.List;
import org.isogloss.streams.evaluate.ReportTable;
import org.isogloss.streams.evaluate.RunRecord;
import org.isogloss.streams.evaluate.RunTables;

/** Reports of runs as text. */
final class EvaluationReports {
  private EvaluationReports() {}

  /** What the run is, its summary and its details, for a terminal. */
  static String text(RunRecord run) {
    StringBuilder text = new StringBuilder();
    for (String line : description(run)) {
      text.append(line).append('\n');
    }
    append(text, RunTables.summary(run));
    text.append('\n').append(RunTables.LEGEND).append('\n');
    append(text, RunTables.details(run));
    return text.toString();
  }

  static void append(StringBuilder text, List<ReportTable> tables) {
    for (ReportTable table : tables) {
      text.append('\n').append(table.title()).append('\n').append(drawn(table).aligned());
    }
  }

  /** Likewise in Markdown. */
  static String markdown(RunRecord run) {
    StringBuilder text = new StringBuilder("# ").append(run.id()).append("\n\n");
    for (String line : description(run)) {
      text.append("- ").append(line).append('\n');
    }
    for (ReportTable table : RunTables.summary(run)) {
      appendMarkdown(text, table);
    }
    text.append('\n').append(RunTables.LEGEND.replace("*", "\\*")).append('\n');
    for (ReportTable table : RunTables.details(run)) {
      appendMarkdown(text, table);
    }
    return text.toString();
  }

  static void appendMarkdown(StringBuilder text, ReportTable table) {
    text.append("\n## ").append(table.title()).append("\n\n").append(drawn(table).markdown());
  }

  private static TextTable drawn(ReportTable table) {
    TextTable drawn = new TextTable(table.heading().toArray(String[]::new));
    table.rows().forEach(row -> drawn.row(row.toArray(String[]::new)));
    return drawn;
  }

  private static List<String> description(RunRecord run) {
    return List.of(
        "run: " + run.id(),
        "suite: %s, digest %s, languages: %s"
            .formatted(
                run.suite(), run.suiteDigest().abbreviated(), String.join(" ", run.languages())),
        "backbone: %s, %d layers, digest %s"
            .formatted(
                run.identity().encoder().backboneName(),
                run.identity().encoder().layers(),
                run.identity().encoder().backbone().abbreviated()),
        "modules: %s; %s".formatted(run.modules(), run.alignment()),
        "route: %s; code: %s".formatted(run.route(), run.codeVersion()),
        "vectors: " + run.madeBy());
  }
}
