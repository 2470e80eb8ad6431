package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.EvaluationGuard;
import org.isogloss.trainer.data.Leaks;
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
        "Folders of evaluation data: a file with the content of one of theirs is refused, and any",
        "line whose text stands in them, compared without case, punctuation and spaces.",
        "A file in a folder named eval is refused in any case."
      })
  private List<Path> suites = List.of();

  @Option(
      names = "--allow-leak",
      description = {
        "Train on evaluation data all the same; the manifest records how many lines. Scores on",
        "that data then mean nothing."
      })
  private boolean allowLeak;

  @Option(
      names = "--leave-out-leaks",
      description = {
        "Leave out the lines that stand in a suite instead of ending there; the manifest records",
        "how many. A file that is evaluation data as a whole is refused all the same."
      })
  private boolean leaveOut;

  /** The same options as a command line, for another command. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (!suites.isEmpty()) {
      arguments.add("--suite");
      arguments.add(suites.stream().map(Path::toString).collect(Collectors.joining(",")));
    }
    if (allowLeak) {
      arguments.add("--allow-leak");
    }
    if (leaveOut) {
      arguments.add("--leave-out-leaks");
    }
    return arguments;
  }

  private Leaks leaks() {
    if (leaveOut) {
      return Leaks.LEFT_OUT;
    }
    return allowLeak ? Leaks.ALLOWED : Leaks.REFUSED;
  }

  /**
   * Reads data under this guard.
   *
   * @throws IsoglossException BAD_OPTION if leaks shall be left out and no suite says which, or
   *     they shall be trained on too
   */
  TrainingReader reader() {
    if (leaveOut && (allowLeak || suites.isEmpty())) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "--leave-out-leaks wants a --suite that says what a leak is, and excludes --allow-leak");
    }
    EvaluationGuard guard =
        suites.isEmpty() ? EvaluationGuard.byPath() : EvaluationGuard.of(suites);
    return new TrainingReader(guard.with(leaks()));
  }
}
