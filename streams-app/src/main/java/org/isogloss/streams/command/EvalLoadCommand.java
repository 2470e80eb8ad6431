package org.isogloss.streams.command;

import java.nio.file.Path;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.evaluate.SuiteTopic;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Loads a suite into its topic. */
@Command(
    name = "load",
    description = {
      "Check a suite of TSV files and put its items into isogloss.evaluation-items.NAME, once:",
      "what is there already is not put there again."
    })
final class EvalLoadCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--suite",
      paramLabel = "DIR",
      required = true,
      description = "A folder with sts, classification and bitext below it.")
  private @Nullable Path folder;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "paper",
      description = "The suite's name.")
  private String name = "paper";

  EvalLoadCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    if (folder == null) {
      throw new IsoglossException(ErrorCode.BAD_OPTION, "--suite DIR is missing");
    }
    Suite suite = SuiteFolder.read(folder, name, terminal());
    SuiteTopic.Loaded loaded = SuiteTopic.load(cluster.requireRunning(common.home()), suite);
    terminal()
        .note(
            "%s: %d items added, %d were there; digest %s",
            Topics.evaluationItems(name),
            loaded.added(),
            loaded.present(),
            suite.digest().abbreviated());
    return DONE;
  }
}
