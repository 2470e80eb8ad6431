package org.isogloss.streams.command;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.mine.MinerOptions;
import org.isogloss.streams.pipeline.PipelineOptions;
import org.isogloss.streams.pipeline.PipelineRunner;
import org.isogloss.streams.pipeline.Role;
import org.isogloss.streams.pipeline.ServedModules;
import org.isogloss.streams.route.LanguagePolicy;
import org.isogloss.streams.web.StatusServer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the pipeline until it is told to stop. */
@Command(
    name = "up",
    description = {
      "Run the pipeline until stopped; what is under way is finished first.",
      "Without --bootstrap-servers a broker runs inside this process and keeps its data on disk."
    })
final class UpCommand extends IsoglossCommand {
  private static final int HIGHEST_PORT = 65_535;

  @Mixin ClusterOptions cluster = new ClusterOptions();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin ModuleOptions modules = new ModuleOptions();
  @Mixin HttpOptions http = new HttpOptions();
  @Mixin SimilarityOption similarity = new SimilarityOption();

  @Option(
      names = "--roles",
      paramLabel = "ROLE",
      split = ",",
      defaultValue = "router,encoder,miner",
      description = "What runs in this process: router, encoder, miner.")
  private Set<Role> roles = EnumSet.allOf(Role.class);

  @Option(
      names = "--language-policy",
      paramLabel = "trust|verify|reject",
      defaultValue = "trust",
      description = "What to make of a language that the sender gave.")
  private LanguagePolicy languagePolicy = LanguagePolicy.TRUST;

  @Option(
      names = "--slot",
      paramLabel = "NAME",
      defaultValue = "0",
      description = "Names this encoder; of two with one slot the later replaces the earlier.")
  private String slot = "0";

  @Option(
      names = "--idle-seal",
      paramLabel = "SECONDS",
      description = "Seal a scope by itself when nothing has come for so long; never unless given.")
  private @Nullable Integer idleSealSeconds;

  @Option(
      names = "--counters-every",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How often the counters are shown.")
  private int countersEverySeconds = 10;

  UpCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run() throws Exception {
    long started = System.nanoTime();
    if (http.port() < 0 || http.port() > HIGHEST_PORT) {
      throw wronglyCalled("--http-port takes 0 to " + HIGHEST_PORT);
    }
    if (countersEverySeconds < 1) {
      throw wronglyCalled("--counters-every takes at least 1");
    }
    try (Resources resources = Resources.ofService()) {
      PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
      UpStatus status = new UpStatus(roles, failure);
      StatusServer server = resources.add(StatusServer.start(http.address(), status, meters));
      terminal()
          .note(
              "http://%s:%d answers /metrics, /health, /ready and /info",
              server.address().getHostString(), server.address().getPort());
      Path state = stateDirectory(resources);
      KafkaSettings kafka = kafka(resources, failure);
      PipelineOptions options =
          PipelineOptions.of(EnumSet.copyOf(roles), state)
              .with(MinerOptions.in(state).withSimilarity(similarity.kind()))
              .with(languagePolicy)
              .with(WorkerFlags.options(slot, model))
              .with(
                  new ServedModules.Active(
                      WorkerName.of(slot),
                      modules.source(common.home()),
                      new SwitchNotes(terminal())))
              .withIdleSeal(Optional.ofNullable(idleSealSeconds).map(Duration::ofSeconds));
      OpenedModel.Loader loader = new OpenedModel.Loader(model, common.home(), terminal());
      PipelineRunner pipeline =
          resources.add(
              PipelineRunner.start(options, kafka, () -> status.uses(loader.open()), meters));
      status.started(pipeline);
      var unused = pipeline.failure().thenAccept(failure::complete);
      terminal()
          .out()
          .println(
              "ready: %s, roles %s, %.1f s"
                  .formatted(
                      kafka.bootstrapServers(),
                      roles.stream().sorted().map(Role::label).collect(Collectors.joining(",")),
                      (System.nanoTime() - started) / 1e9));
      terminal().out().flush();
      throw watch(failure, new PipelineCounters(meters, System::nanoTime));
    }
  }

  /** With an embedded broker the state lies beside its data; else nothing depends on keeping it. */
  private Path stateDirectory(Resources resources) {
    return cluster
        .data()
        .or(
            () ->
                cluster.named().isPresent()
                    ? Optional.empty()
                    : Optional.of(ClusterOptions.defaultData(common.home())))
        .map(data -> data.resolve("state"))
        .orElseGet(() -> resources.add(TemporaryDirectory.create()).path());
  }

  private KafkaSettings kafka(Resources resources, CompletableFuture<IsoglossException> failure) {
    Optional<KafkaSettings> named = cluster.reached();
    if (named.isPresent()) {
      return named.get();
    }
    Path data = cluster.data().orElse(ClusterOptions.defaultData(common.home()));
    EmbeddedBroker broker = resources.add(EmbeddedBroker.start(data));
    var unused = broker.failure().thenAccept(failure::complete);
    return KafkaSettings.of(broker.bootstrapServers());
  }

  /** Shows the counters until something fails; being told to stop ends the process elsewhere. */
  private IsoglossException watch(
      CompletableFuture<IsoglossException> failure, PipelineCounters counters) throws Exception {
    while (true) {
      try {
        return failure.get(countersEverySeconds, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        counters.lineIfAnythingChanged().ifPresent(line -> terminal().note(line));
      }
    }
  }
}
