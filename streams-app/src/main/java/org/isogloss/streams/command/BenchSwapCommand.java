package org.isogloss.streams.command;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.View;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.registry.CachedModules;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.store.ModuleCache;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.registry.ModuleFollower;
import org.isogloss.streams.registry.ModuleListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What rolling updates cost, and how soon they are live. */
@Command(
    name = "swap",
    description = {
      "Tokens per second while a module of about 10 MB is exchanged every few seconds, through the",
      "registry and a broker, against the same without exchanges; and how long it takes from an",
      "activation to the first vector of the new version on an idle worker."
    })
final class BenchSwapCommand extends IsoglossCommand {
  private static final String LANGUAGE = "en";
  private static final String STEADY = "one version";
  private static final String SWAPPING = "exchanged while encoding";
  private static final int RANK = 24;
  private static final int ACTIVATIONS = 7;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin BenchOptions bench = new BenchOptions();

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "A swap every so many seconds.")
  private int everySeconds = 10;

  private static final long ASK_EVERY_MILLIS = 2;
  private static final double BAR = 0.9;
  private static final double BAR_MILLIS = 1_000;

  private final BarSheet bars;

  BenchSwapCommand(Terminal terminal, BarSheet bars) {
    super(terminal);
    this.bars = bars;
  }

  @Override
  int run() throws Exception {
    if (everySeconds < 1) {
      throw wronglyCalled("--every takes at least 1");
    }
    EncodingBench benchmark = new EncodingBench(bench, terminal());
    try (Resources resources = Resources.ofCommand()) {
      Path data = resources.add(TemporaryDirectory.create()).path();
      EmbeddedBroker broker = resources.add(EmbeddedBroker.start(data));
      KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
      TopicAdmin.createMissing(kafka, TopicPlan.standard());
      OpenedModel opened =
          resources.add(new OpenedModel.Loader(model, common.home(), terminal()).open());
      DirectoryModuleStore store = new DirectoryModuleStore(data.resolve("store"));
      ModuleAdministration modules =
          resources.add(new ModuleAdministration(kafka, "bench", InstantSource.system()));
      List<String> versions = new ArrayList<>();
      for (int version = 0; version < 2; version++) {
        Path directory = data.resolve("module-" + version);
        write(directory, opened, version);
        versions.add(modules.publish(directory, store).name());
      }
      modules.activate(List.of(versions.getFirst()), false, "bench");
      ModuleCache cache = new ModuleCache(store, data.resolve("cache"), 1L << 30);
      resources.add(
          ModuleFollower.start(
              new ModuleFollower.Setting(
                  "bench", new CachedModules(cache), ModuleListener.NONE, PATIENCE),
              kafka,
              opened,
              new SimpleMeterRegistry()));
      double[] millis = new double[ACTIVATIONS];
      double[] announcingMillis = new double[ACTIVATIONS];
      for (int i = 0; i < ACTIVATIONS; i++) {
        Activation activation = activate(opened, modules, versions.get((i + 1) % 2));
        millis[i] = activation.millis();
        announcingMillis[i] = activation.announcingMillis();
      }
      EncodingRun run =
          new EncodingRun(new DirectLineEncoder(opened, model.tokenBudget()), benchmark.lines());
      benchmark.add(SWAPPING, () -> swapping(run, modules, versions));
      benchmark.add(STEADY, new DirectLineEncoder(opened, model.tokenBudget()));
      bars.atLeast(
          BAR,
          "bench swap",
          "while modules are exchanged, of the rate without",
          EncodingBench.ratio(
              benchmark.report(opened.description(), model.threads(), STEADY), SWAPPING, STEADY));
      bars.atMost(
          BAR_MILLIS,
          "ms",
          "bench swap",
          "from an activation to the first vector of the new version",
          InterleavedRounds.median(millis));
      terminal()
          .out()
          .printf(
              Locale.ROOT,
              "%nFrom the call that activates to the first vector of the new version, idle worker, median of %d: "
                  + "%.0f ms; %.0f ms of them until the call returned, its record committed and visible%n",
              ACTIVATIONS,
              InterleavedRounds.median(millis),
              InterleavedRounds.median(announcingMillis));
    }
    return DONE;
  }

  /** About 10 MB over eight layers of multilingual BERT. */
  private static void write(Path directory, OpenedModel opened, long seed) throws IOException {
    RandomModules.write(
        directory,
        new ModuleManifest.Language(
            LANGUAGE,
            new ModuleManifest.Common(
                opened.description().backbone(),
                opened.description().layers(),
                opened.dimension(),
                opened.description().pooling(),
                Map.of(),
                Map.of(),
                "none",
                List.of()),
            Optional.empty(),
            Optional.of(new LoraShape(RANK, RANK, EnumSet.allOf(LinearTarget.class))),
            Optional.empty(),
            PostProcessing.NONE),
        opened.backbone().config(),
        Optional.empty(),
        0.01,
        seed,
        name -> false);
  }

  private double swapping(EncodingRun run, ModuleAdministration modules, List<String> versions)
      throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    Thread swapper =
        new Thread(
            () -> {
              try {
                for (int i = 1; !done.await(everySeconds, TimeUnit.SECONDS); i++) {
                  modules.activate(List.of(versions.get(i % 2)), false, "bench");
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "bench-swap");
    swapper.start();
    try {
      return run.tokensPerSecond();
    } finally {
      done.countDown();
      swapper.join();
    }
  }

  /**
   * How long an activation took.
   *
   * @param announcingMillis until the command had written its record and readers could see it
   */
  private record Activation(double millis, double announcingMillis) {}

  private static Activation activate(
      OpenedModel opened, ModuleAdministration modules, String version)
      throws InterruptedException {
    long started = System.nanoTime();
    modules.activate(List.of(version), false, "bench");
    double announcing = (System.nanoTime() - started) / 1e6;
    while (!versionOfAVector(opened).equals(Optional.of(version))) {
      if (System.nanoTime() - started > PATIENCE.toNanos()) {
        return new Activation(Double.NaN, announcing);
      }
      // The worker is idle but for this question, so it must not be asked without pause.
      Thread.sleep(ASK_EVERY_MILLIS);
    }
    return new Activation((System.nanoTime() - started) / 1e6, announcing);
  }

  private static Optional<String> versionOfAVector(OpenedModel opened) {
    TokenizedSentence sentence =
        (TokenizedSentence)
            opened.prepare(
                new SentenceRequest("One sentence.", LANGUAGE, Set.of(View.MONOLINGUAL)));
    return ((Encoded) opened.encode(List.of(sentence)).getFirst())
        .vector(View.MONOLINGUAL)
        .provenance()
        .languageModule()
        .map(ModuleReference::name);
  }
}
