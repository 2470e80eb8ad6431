package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.registry.CachedModules;
import org.isogloss.registry.ModuleLedger;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.store.ModuleStore;
import org.isogloss.trainer.fit.ModuleFolders;
import org.isogloss.trainer.loop.StopSignal;
import org.isogloss.trainer.promotion.HeldOutEvaluation;
import org.isogloss.trainer.promotion.HeldOutItems;
import org.isogloss.trainer.promotion.HeldOutMetric;
import org.isogloss.trainer.promotion.ItemScores;
import org.isogloss.trainer.promotion.Promoter;
import org.isogloss.trainer.promotion.PromotionRule;
import org.isogloss.trainer.publish.ModulePublisher;
import org.isogloss.trainer.serve.JobRun;

/**
 * Runs a job: its stage as a command in this process, then held-out scores, publication, promotion.
 * Its folder is {@code WORK/jobs/ID}: the module and, beside it, checkpoint and curve, from which a
 * job that was stopped or killed goes on. For one thread.
 */
final class StageJobRun implements JobRun {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final long BOOTSTRAP_SEED = 1;

  private final Terminal terminal;
  private final Map<String, String> environment;
  private final ModelOptions model;
  private final Path work;
  private final KafkaSettings kafka;
  private final ModuleStore store;
  private final CachedModules published;
  private final BiPredicate<TrainingJob, List<String>> settle;

  /**
   * @param environment of the stages' options
   * @param model that every job trains for
   * @param settle writes settled arguments into the claimed job; whether the claim stands
   */
  StageJobRun(
      Terminal terminal,
      Map<String, String> environment,
      ModelOptions model,
      Path work,
      KafkaSettings kafka,
      ModuleStore store,
      CachedModules published,
      BiPredicate<TrainingJob, List<String>> settle) {
    this.terminal = terminal;
    this.environment = Map.copyOf(environment);
    this.model = model;
    this.work = work;
    this.kafka = kafka;
    this.store = store;
    this.published = published;
    this.settle = settle;
  }

  /**
   * @throws IsoglossException BAD_JOB if it cannot be one of a job
   */
  static void checkId(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IsoglossException(
          ErrorCode.BAD_JOB, "a job's id is of letters, digits, '.', '_' and '-', not " + id);
    }
  }

  /** The metrics named. */
  static Set<HeldOutMetric> metrics(List<String> labels) {
    Set<HeldOutMetric> metrics = EnumSet.noneOf(HeldOutMetric.class);
    labels.forEach(label -> metrics.add(HeldOutMetric.of(label)));
    return metrics;
  }

  @Override
  public Outcome run(TrainingJob job, StopSignal stop) {
    checkId(job.getId());
    Path folder = work.resolve("jobs").resolve(job.getId());
    JobFolder made = new JobFolder(job.getStage(), folder.resolve("module"));
    Terminal own =
        new Terminal(
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
            terminal.err(),
            terminal.nanoClock(),
            stop);
    Map<String, ModuleSource.Lease> leases = new HashMap<>();
    try (ModulePublisher publisher =
        new ModulePublisher(
            kafka,
            store,
            job.getActor().isEmpty() ? job.getService() : job.getActor(),
            InstantSource.system())) {
      ModuleLedger ledger = publisher.ledger();
      List<String> settled = ModuleArguments.settled(job.getArguments(), job.getLanguage(), ledger);
      if (!settled.equals(job.getArguments()) && !settle.test(job, settled)) {
        stop.request("another service has taken the job over");
      }
      stop.check("before it began");
      List<String> arguments =
          ModuleArguments.inFolders(
              settled,
              ledger,
              (name, reference) ->
                  leases.computeIfAbsent(name, n -> published.open(reference)).directory());
      StageLine stage =
          StageLine.parse(
              own,
              environment,
              job.getStage(),
              made.line(job.getLanguage(), arguments, model.arguments()));
      Set<HeldOutMetric> metrics = metrics(job.getPromoteIfBetter());
      if (!metrics.isEmpty() && (stage.measurable().isEmpty() || !job.getPublish())) {
        throw new IsoglossException(
            ErrorCode.BAD_JOB,
            "%s has no held-out pairs to be promoted by, or is not to be published"
                .formatted(job.getStage()));
      }
      if (!made.isWhole()) {
        Files.createDirectories(folder);
        stage.run();
      }
      if (made.modules().isEmpty() || !job.getPublish()) {
        return new Outcome("", "made, not published: " + made.made());
      }
      return publish(job, own, publisher, stage, arguments, made.modules(), metrics);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, work + " cannot be written: " + e.getMessage(), e);
    } finally {
      leases.values().forEach(ModuleSource.Lease::close);
    }
  }

  private Outcome publish(
      TrainingJob job,
      Terminal own,
      ModulePublisher publisher,
      StageLine stage,
      List<String> arguments,
      List<Path> modules,
      Set<HeldOutMetric> metrics)
      throws IOException {
    Path module = modules.getLast();
    String reason =
        "training job %s%s"
            .formatted(job.getId(), job.getReason().isEmpty() ? "" : ": " + job.getReason());
    own.stop().check("before publishing");
    if (ModuleFiles.readManifest(module) instanceof ModuleManifest.Alignment) {
      // It cannot serve without what it was made for.
      for (Path folder : ModuleArguments.folders(arguments)) {
        publisher.publish(folder, Map.of(), "the training job %s aligns it".formatted(job.getId()));
      }
    }
    for (Path other : modules.subList(0, modules.size() - 1)) {
      publisher.publish(other, Map.of(), reason);
    }
    Optional<HeldOutItems> items = stage.measurable().map(Measurable::heldOut);
    if (items.isEmpty()) {
      ModuleReference candidate = publisher.publish(module, Map.of(), reason);
      return new Outcome(candidate.name(), candidate.name() + " is a candidate");
    }
    try (OpenedModel opened = OpenedModel.open(model, own)) {
      HeldOutEvaluation evaluation = new HeldOutEvaluation(opened.encoder(), own.progress());
      ItemScores scores = scores(publisher.ledger(), evaluation, module, items.get());
      own.stop().check("before publishing");
      ModuleReference candidate = publisher.publish(module, scores.means(), reason);
      if (metrics.isEmpty()) {
        return new Outcome(candidate.name(), candidate.name() + " is a candidate");
      }
      Promoter.Outcome outcome =
          new Promoter(publisher, evaluation, published)
              .promoteIfBetter(
                  candidate, scores, items.get(), new PromotionRule(metrics, BOOTSTRAP_SEED));
      return new Outcome(candidate.name(), outcome.words());
    }
  }

  private ItemScores scores(
      ModuleLedger ledger, HeldOutEvaluation evaluation, Path module, HeldOutItems items)
      throws IOException {
    ModuleFolders folders = new ModuleFolders();
    ModuleReference candidate = folders.add(module);
    ModuleManifest manifest = ModuleFiles.readManifest(module);
    return evaluation.of(
        Promoter.beside(ledger, candidate, manifest),
        wanted ->
            wanted.digest().equals(candidate.digest())
                ? folders.open(wanted)
                : published.open(wanted),
        items);
  }
}
