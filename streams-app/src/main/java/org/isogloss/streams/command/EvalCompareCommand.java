package org.isogloss.streams.command;

import java.util.List;
import org.isogloss.streams.evaluate.Comparison;
import org.isogloss.streams.evaluate.EvaluationFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares two runs of one suite. */
@Command(
    name = "compare",
    description = {
      "Compare two runs of one suite, column by column: differences, 95 % intervals by paired",
      "bootstrap over items (all language versions of an item drawn together), Holm over the columns."
    })
final class EvalCompareCommand extends IsoglossCommand {
  @Mixin EvaluationOptions evaluation = new EvaluationOptions();

  @Parameters(index = "0", paramLabel = "RUN_A", description = "A run, or the beginning of its id.")
  private String first = "";

  @Parameters(index = "1", paramLabel = "RUN_B", description = "The run compared with it.")
  private String second = "";

  @Option(
      names = "--draws",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Draws of the bootstrap, at least 100.")
  private int draws = 5000;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Fixes the draws.")
  private long seed = 1;

  EvalCompareCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    if (draws < 100) {
      throw wronglyCalled("--draws is at least 100");
    }
    EvaluationFolder folder = evaluation.folder(common.home());
    Comparison comparison =
        Comparison.of(folder, folder.read(first), folder.read(second), draws, seed);
    StringBuilder text = new StringBuilder();
    EvaluationReports.append(text, List.of(comparison.table()));
    terminal()
        .out()
        .print(
            text.append('\n')
                .append(Comparison.LEGEND)
                .append(" languages: ")
                .append(String.join(" ", comparison.languages()))
                .append('\n'));
    return DONE;
  }
}
