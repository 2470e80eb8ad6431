package org.isogloss.streams.command;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.pipeline.ServedModules;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Encodes lines: through the pipeline, or with `--direct` in this process alone. */
@Command(
    name = "encode",
    description = {
      "Encode every line of a file; one result a line, in the order of the lines.",
      "Through the pipeline by default: that of --bootstrap-servers, that of an `isogloss up` which",
      "runs on --data DIR, or one of its own. --direct needs no Kafka and gives the same numbers."
    })
final class EncodeCommand extends IsoglossCommand {
  /** The formats of the output. */
  enum Format {
    jsonl,
    npy
  }

  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin InputOptions input = new InputOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin ModuleOptions moduleOptions = new ModuleOptions();

  @Option(
      names = "--modules",
      paramLabel = "none|active|shipped|NAMES",
      split = ",",
      description = {
        "What the running pipeline has active; those shipped with the program; none; or pinned",
        "versions such as language/de@3,alignment/de@5, also directories of modules. Pinned ones are",
        "encoded here. Unless given: active where a pipeline runs, else shipped."
      })
  private List<String> modules = List.of();

  @Option(
      names = "--view",
      paramLabel = "cross|mono",
      defaultValue = "cross",
      description = "With the alignment module (cross) or without (mono).")
  private ViewName view = ViewName.cross;

  @Option(
      names = "--format",
      paramLabel = "jsonl|npy",
      defaultValue = "jsonl",
      description = "JSON lines, or a NumPy array with F.ids.tsv beside it.")
  private Format format = Format.jsonl;

  @Option(names = "--direct", description = "Encode in this process, without Kafka.")
  private boolean direct;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Give up when the pipeline answers nothing for so long.")
  private int patienceSeconds = 120;

  EncodeCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() {
    LineEncoder.Task task = new LineEncoder.Task(input.sourceName(), input.language(), view.view());
    if (format == Format.npy && output.isStandard()) {
      throw wronglyCalled("--format npy needs a file: --out F");
    }
    try (InputLines lines = input.open(terminal());
        Resources resources = Resources.ofCommand()) {
      LineEncoder encoder = resources.add(encoder(resources));
      try (ResultWriter writer = writer();
          Progress progress = Progress.ofUnknownLength(terminal(), "encoding")) {
        long started = System.nanoTime();
        encoder.encode(
            lines,
            task,
            writer,
            (done, tokens) -> progress.update(done, () -> tokensPerSecond(tokens, started)));
      }
    }
    return DONE;
  }

  private static String tokensPerSecond(long tokens, long startedNanos) {
    double seconds = Math.max(1e-3, (System.nanoTime() - startedNanos) / 1e9);
    return String.format(Locale.ROOT, "%.0f tokens/s", tokens / seconds);
  }

  private ResultWriter writer() {
    return switch (format) {
      case npy -> new NpyResults(output.file());
      case jsonl -> JsonLines.open(output.value(), terminal());
    };
  }

  private LineEncoder encoder(Resources resources) {
    OpenedModel.Loader loader = new OpenedModel.Loader(model, common.home(), terminal());
    Duration patience = Duration.ofSeconds(patienceSeconds);
    if (direct) {
      PinnedModules pinned = pinned();
      OpenedModel opened = resources.add(loader.open());
      opened.serveOrThrow(pinned.selections(), pinned);
      return new DirectLineEncoder(opened, model.tokenBudget());
    }
    Optional<KafkaSettings> running = cluster.running();
    if (running.isPresent() && chosen(running).equals(List.of(PinnedModules.ACTIVE))) {
      return new PipelineLineEncoder(running.get(), patience);
    }
    // Pinned versions are a route of their own, which no worker of the running pipeline has.
    Path data =
        cluster
            .data()
            .filter(d -> running.isEmpty())
            .orElseGet(() -> resources.add(TemporaryDirectory.create()).path());
    PinnedModules pinned = pinned();
    return new PipelineLineEncoder(
        OwnPipeline.start(
            data,
            OwnPipeline.ENCODING,
            model,
            pinned.selections().isEmpty()
                ? new ServedModules.Bare()
                : new ServedModules.Pinned(pinned.selections(), pinned),
            loader::open,
            new SimpleMeterRegistry(),
            resources),
        patience);
  }

  private List<String> chosen(Optional<KafkaSettings> running) {
    if (!modules.isEmpty()) {
      return modules;
    }
    return List.of(running.isPresent() ? PinnedModules.ACTIVE : PinnedModules.SHIPPED);
  }

  private PinnedModules pinned() {
    Optional<KafkaSettings> running = cluster.running();
    return PinnedModules.resolve(
        chosen(running),
        () -> ShippedModules.ofLauncher().of(model),
        running,
        moduleOptions.source(common.home()));
  }
}
