package org.isogloss.trainer.command;

import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.trainer.serve.TrainingJobs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists training jobs. */
@Command(
    name = "jobs",
    description = {
      "Lists the training jobs, the first submitted first: id, state, stage, language, service,",
      "time of the last news, module, and how it ended, separated by tabs."
    })
final class TrainJobsCommand extends TrainerCommand {
  @Mixin private final ClusterOptions cluster = new ClusterOptions();

  TrainJobsCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  void check() {}

  @Override
  void run() {
    try (TrainingJobs jobs =
        new TrainingJobs(cluster.requireRunning(model.home()), InstantSource.system())) {
      jobs.all().forEach(job -> terminal().out().println(line(job)));
    }
  }

  private static String line(TrainingJob job) {
    return Stream.of(
            job.getId(),
            job.getState().name(),
            job.getStage(),
            job.getLanguage(),
            job.getService(),
            Instant.ofEpochMilli(job.getChangedMillis()).toString(),
            job.getModule(),
            (job.getCode() + " " + job.getMessage()).strip())
        .map(cell -> cell.isEmpty() ? "-" : cell.replace('\t', ' ').replace('\n', ' '))
        .collect(Collectors.joining("\t"));
  }
}
