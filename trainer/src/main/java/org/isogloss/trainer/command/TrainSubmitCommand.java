package org.isogloss.trainer.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.trainer.serve.TrainingJobs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends a job to the training service. */
@Command(
    name = "submit",
    description = {
      "Sends a training job to the services that `train serve` runs, and prints its id. After the",
      "options of this command comes the stage with its own, without --out, which the service",
      "chooses: submit --promote-if-better margin_error align --lang de --parallel FILE",
      "--language-module active. Where a stage wants the folder of a module, the name of a",
      "published one or `active` may stand. Paths are those of the service's machine."
    })
final class TrainSubmitCommand extends TrainerCommand {
  @Mixin private final ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Of the job; made of stage, language and chance unless given.")
  private @Nullable String id;

  @Option(names = "--no-publish", description = "The module is made and stays with the service.")
  private boolean unpublished;

  @Option(
      names = "--promote-if-better",
      split = ",",
      paramLabel = "METRICS",
      description = {
        "Of margin_error, cosine_error: the module serves if it is better than what serves on all",
        "that are named and worse on none, on held-out pairs (paired bootstrap, 95 %)."
      })
  private List<String> metrics = List.of();

  @Option(
      names = "--actor",
      paramLabel = "NAME",
      description = "Who does it, for the events; this machine's user unless given.")
  private String actor = System.getProperty("user.name", "unknown");

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why, for the events.")
  private String reason = "";

  @Parameters(
      arity = "1..*",
      paramLabel = "STAGE OPTIONS",
      description = "The stage, such as align, and its options.")
  private List<String> stage = new ArrayList<>();

  private final Map<String, String> environment;

  TrainSubmitCommand(Terminal terminal, Map<String, String> environment) {
    super(terminal);
    this.environment = environment;
  }

  @Override
  void check() {
    StageJobRun.metrics(metrics);
    if (id != null) {
      StageJobRun.checkId(id);
    }
    StageLine.parse(
        terminal(),
        environment,
        stage.getFirst(),
        new JobFolder(stage.getFirst(), Path.of("module"))
            .line(language(), arguments(), List.of()));
  }

  @Override
  void run() {
    String language = language();
    String named =
        id == null
            ? "%s-%s-%s"
                .formatted(stage.getFirst(), language, UUID.randomUUID().toString().substring(0, 8))
            : id;
    try (TrainingJobs jobs =
        new TrainingJobs(cluster.requireRunning(model.home()), InstantSource.system())) {
      jobs.submit(
          TrainingJob.newBuilder()
              .setId(named)
              .setStage(stage.getFirst())
              .setLanguage(language)
              .setArguments(arguments())
              .setPublish(!unpublished)
              .setPromoteIfBetter(metrics)
              .setSubmittedMillis(0)
              .setActor(actor)
              .setReason(reason)
              .build());
    }
    terminal().out().println(named);
  }

  private List<String> options() {
    return stage.subList(1, stage.size());
  }

  private JobFolder.LanguageWords languageWords() {
    return JobFolder.language(stage.getFirst(), options())
        .orElseThrow(() -> wronglyCalled("the stage wants its language"));
  }

  private String language() {
    return options().get(languageWords().to() - 1);
  }

  /** The stage's options without its language; paths that lead somewhere from here, absolute. */
  private List<String> arguments() {
    JobFolder.LanguageWords words = languageWords();
    List<String> kept = new ArrayList<>(options().subList(0, words.from()));
    kept.addAll(options().subList(words.to(), options().size()));
    return kept.stream()
        .map(
            option ->
                Arrays.stream(option.split(",", -1))
                    .map(TrainSubmitCommand::absolute)
                    .collect(Collectors.joining(",")))
        .toList();
  }

  private static String absolute(String text) {
    return !text.isEmpty() && !text.startsWith("-") && Files.exists(Path.of(text))
        ? Path.of(text).toAbsolutePath().toString()
        : text;
  }
}
