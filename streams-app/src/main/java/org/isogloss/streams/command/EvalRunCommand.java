package org.isogloss.streams.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.evaluate.DirectEncoding;
import org.isogloss.streams.evaluate.EncoderIdentity;
import org.isogloss.streams.evaluate.EvaluationRun;
import org.isogloss.streams.evaluate.EvaluationTopic;
import org.isogloss.streams.evaluate.RoutedEncoding;
import org.isogloss.streams.evaluate.RunRecord;
import org.isogloss.streams.evaluate.SuiteEncoding;
import org.isogloss.streams.evaluate.SuiteTopic;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Replays a suite through pinned module versions. */
@Command(
    name = "run",
    description = {
      "Replay a suite through chosen module versions and print the paper's table.",
      "Through a route of its own on the cluster of --bootstrap-servers or --data, or on a broker of",
      "its own; --direct needs no Kafka. A run that was stopped goes on where it was."
    })
final class EvalRunCommand extends IsoglossCommand {
  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin ModuleOptions moduleOptions = new ModuleOptions();
  @Mixin EvaluationOptions evaluation = new EvaluationOptions();

  @Option(
      names = "--suite",
      paramLabel = "NAME|DIR",
      defaultValue = "paper",
      description = "A suite that was loaded into the cluster, or a folder of TSV files.")
  private String suite = "paper";

  @Option(
      names = "--modules",
      paramLabel = "none|active|NAMES",
      split = ",",
      defaultValue = PinnedModules.NONE,
      description = {
        "None; what the running pipeline has active; or versions such as",
        "language/de@3,alignment/de@5, also directories of modules."
      })
  private List<String> modules = List.of(PinnedModules.NONE);

  @Option(
      names = "--languages",
      paramLabel = "L,...",
      split = ",",
      description = "Only these languages; all of the suite unless given.")
  private @Nullable List<String> languages;

  @Option(
      names = "--tasks",
      paramLabel = "TASK,...",
      split = ",",
      description = "Only sts, classification or bitext, or sets by name; all unless given.")
  private @Nullable List<String> tasks;

  @Option(names = "--direct", description = "Encode in this process, without Kafka.")
  private boolean direct;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Give up when nothing comes back for so long.")
  private int patienceSeconds = 120;

  EvalRunCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    Optional<KafkaSettings> running = cluster.running();
    Suite items = items(running);
    try (Resources resources = Resources.ofCommand()) {
      PinnedModules pinned = pinned(running);
      OpenedModel opened =
          resources.add(new OpenedModel.Loader(model, common.home(), terminal()).open());
      opened.serveOrThrow(pinned.selections(), pinned);
      EvaluationRun.Setting setting =
          new EvaluationRun.Setting(
              items,
              new TreeSet<>(languages == null ? List.of() : languages),
              new TreeSet<>(tasks == null ? List.of() : tasks),
              EncoderIdentity.of(opened.description(), pinned.selections()));
      SuiteEncoding encoding;
      Optional<KafkaSettings> scoresTo;
      if (direct) {
        encoding =
            new DirectEncoding(
                opened.torch(), model.tokenBudget(), evaluation.folder(common.home()));
        scoresTo = running;
      } else {
        KafkaSettings kafka = running.orElseGet(() -> ownBroker(resources));
        encoding =
            new RoutedEncoding(
                kafka,
                opened,
                WorkerFlags.options("evaluation", model),
                Duration.ofSeconds(patienceSeconds));
        scoresTo = Optional.of(kafka);
      }
      RunRecord record;
      try (RunProgress progress = new RunProgress(terminal())) {
        record =
            new EvaluationRun(evaluation.folder(common.home()), InstantSource.system())
                .run(setting, encoding, progress);
      }
      scoresTo.ifPresent(kafka -> EvaluationTopic.publish(kafka, record));
      terminal().out().print(EvaluationReports.text(record));
    }
    return DONE;
  }

  /** A folder is read and checked here; a name is looked up in the cluster. */
  private Suite items(Optional<KafkaSettings> running) {
    Path folder = Path.of(suite);
    if (Files.isDirectory(folder)) {
      Path name = folder.toAbsolutePath().normalize().getFileName();
      return SuiteFolder.read(folder, name == null ? "suite" : name.toString(), terminal());
    }
    return SuiteTopic.read(
        running.orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.BAD_OPTION,
                    "'%s' is no folder; a suite by name needs --bootstrap-servers or --data"
                        .formatted(suite))),
        suite);
  }

  private PinnedModules pinned(Optional<KafkaSettings> running) {
    if (modules.equals(List.of(PinnedModules.ACTIVE)) && running.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "--modules active needs --bootstrap-servers or --data of a running broker");
    }
    return PinnedModules.resolve(
        modules,
        () -> ShippedModules.ofLauncher().of(model),
        running,
        moduleOptions.source(common.home()));
  }

  private KafkaSettings ownBroker(Resources resources) {
    Path data = cluster.data().orElseGet(() -> resources.add(TemporaryDirectory.create()).path());
    return KafkaSettings.of(resources.add(EmbeddedBroker.start(data)).bootstrapServers());
  }

  /** Progress with an estimate of what is left. */
  private static final class RunProgress implements EvaluationRun.Listener, AutoCloseable {
    private final Terminal terminal;
    private @Nullable Progress progress;
    private long startedNanos;

    RunProgress(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public void begins(String id, int wanted, int present) {
      terminal.note("run %s: %d vectors, %d of them on disk already", id, wanted, present);
      startedNanos = System.nanoTime();
      if (present < wanted) {
        progress = Progress.of(terminal, "encoding", wanted - present);
      }
    }

    @Override
    public void encoded(int done, int missing) {
      if (progress != null) {
        progress.update(done, () -> left(done, missing));
      }
    }

    private String left(int done, int missing) {
      double seconds = (System.nanoTime() - startedNanos) / 1e9;
      return String.format(
          Locale.ROOT, "about %.0f s left", seconds / Math.max(1, done) * (missing - done));
    }

    @Override
    public void scores() {
      close();
      terminal.note("scoring");
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
        progress = null;
      }
    }
  }
}
