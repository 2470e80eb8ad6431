package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.List;
import org.isogloss.trainer.data.EvaluationGuard;
import org.isogloss.trainer.data.TrainingReader;
import picocli.CommandLine.Option;

/** What must not be trained on. */
final class GuardOptions {
  @Option(
      names = {"--suite", "--held-out"},
      arity = "1..*",
      split = ",",
      paramLabel = "DIR",
      description = {
        "Folders of evaluation data: a file with the content of one of theirs is refused.",
        "A file in a folder named eval is refused in any case."
      })
  private List<Path> suites = List.of();

  /** Reads data under this guard. */
  TrainingReader reader() {
    return new TrainingReader(
        suites.isEmpty() ? EvaluationGuard.byPath() : EvaluationGuard.of(suites));
  }
}
