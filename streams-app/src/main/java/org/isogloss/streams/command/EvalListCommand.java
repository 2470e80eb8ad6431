package org.isogloss.streams.command;

import org.isogloss.streams.evaluate.RunRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the runs. */
@Command(name = "list", description = "List the finished runs, the latest last.")
final class EvalListCommand extends IsoglossCommand {
  @Mixin EvaluationOptions evaluation = new EvaluationOptions();

  EvalListCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    TextTable table =
        new TextTable("run", "started", "suite", "languages", "backbone", "modules", "route");
    for (RunRecord run : evaluation.folder(common.home()).all()) {
      table.row(
          run.id(),
          run.started().toString(),
          "%s %s".formatted(run.suite(), run.suiteDigest().abbreviated()),
          Integer.toString(run.languages().size()),
          "%s %d"
              .formatted(
                  run.identity().encoder().backboneName(), run.identity().encoder().layers()),
          run.modules(),
          run.route());
    }
    terminal().out().print(table.aligned());
    return DONE;
  }
}
