package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.plan.TrainingPlan;
import org.isogloss.trainer.publish.ModulePublisher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Runs a plan of several trainings. */
@Command(
    name = "run",
    description = {
      "Takes the steps of a plan, one after the other, each a command of `isogloss train` with its",
      "options, and writes their scores into summary.tsv. What is made is not made again: the same",
      "command goes on from where it stopped. A plan that does not fit is refused before it begins."
    })
final class TrainRunCommand extends TrainerCommand {
  private static final Set<String> NO_STEPS = Set.of("serve", "submit", "jobs", "run");

  @Mixin private final ClusterOptions cluster = new ClusterOptions();
  @Mixin private final StoreOptions modules = new StoreOptions();

  @Parameters(paramLabel = "PLAN.yaml", description = "The plan.")
  private Path file = Path.of("");

  @Option(
      names = "--publish",
      description =
          "Publishes every module that was made, as a candidate, when all steps are done.")
  private boolean publish;

  @Option(
      names = "--dry-run",
      description = "Checks the plan and prints each step's command, and makes nothing.")
  private boolean dryRun;

  TrainRunCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  boolean heedsStop() {
    return true;
  }

  @Override
  void check() {}

  @Override
  void run() throws IOException {
    TrainingPlan plan = TrainingPlan.read(file);
    plan.steps().forEach(this::understand);
    if (dryRun) {
      plan.steps().forEach(step -> print(plan, step));
      return;
    }
    Files.createDirectories(plan.out());
    MadeOnce folder = new MadeOnce(terminal(), plan.out());
    List<String> summary = new ArrayList<>(List.of("step\tmodule\tmetric\tvalue"));
    List<Path> made = new ArrayList<>();
    for (TrainingPlan.Step step : plan.steps()) {
      terminal().stop().check("before the step " + step.name());
      JobFolder result = new JobFolder(step.stage(), plan.out().resolve(step.name()));
      folder.make(step.name(), words(step), unused -> result.isWhole());
      for (Path module : result.modules()) {
        made.add(module);
        summarise(step.name(), module, summary);
      }
      Files.write(plan.out().resolve("summary.tsv"), summary, UTF_8);
    }
    if (publish) {
      publish(made);
    }
  }

  private void print(TrainingPlan plan, TrainingPlan.Step step) {
    List<String> words = words(step);
    words.addAll(List.of("--out", plan.out().resolve(step.name()).toString()));
    terminal()
        .out()
        .println(
            words.stream()
                .map(TrainRunCommand::quoted)
                .collect(Collectors.joining(" ", "isogloss ", "")));
  }

  /** As a shell reads it. */
  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:=,@+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private static List<String> words(TrainingPlan.Step step) {
    List<String> words = new ArrayList<>(List.of("train", step.stage()));
    words.addAll(step.arguments());
    return words;
  }

  /** Refuses what can be refused before anything is loaded. */
  private void understand(TrainingPlan.Step step) {
    List<String> words = words(step);
    words.addAll(List.of("--out", step.name()));
    try {
      if (NO_STEPS.contains(step.stage())) {
        throw new IsoglossException(
            ErrorCode.BAD_INPUT_FILE,
            "step %s: %s is no step".formatted(step.name(), step.stage()));
      }
      var unused = StageLine.understood(Trainer.commandLine(terminal(), Map.of()), words);
    } catch (ParameterException e) {
      throw new IsoglossException(
          ErrorCode.BAD_INPUT_FILE, "step %s: %s".formatted(step.name(), e.getMessage()), e);
    }
  }

  private void summarise(String step, Path module, List<String> summary) {
    new TreeMap<>(ModuleFiles.readManifest(module).common().metrics())
        .forEach(
            (metric, value) -> {
              String number = String.format(Locale.ROOT, "%.4f", value);
              summary.add(String.join("\t", step, module.getFileName().toString(), metric, number));
              terminal().out().printf("%s %s %s%n", step, metric, number);
            });
  }

  private void publish(List<Path> made) {
    try (ModulePublisher publisher =
        new ModulePublisher(
            cluster.requireRunning(model.home()),
            modules.store(model.home()),
            "train run",
            InstantSource.system())) {
      for (Path module : made) {
        terminal()
            .out()
            .printf(
                "published %s%n",
                publisher.publish(module, Map.of(), "the plan " + file.getFileName()).name());
      }
    }
  }
}
