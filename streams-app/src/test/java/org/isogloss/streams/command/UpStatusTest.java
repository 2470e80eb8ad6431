package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.registry.CachedModules;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.store.ModuleCache;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.pipeline.PipelineOptions;
import org.isogloss.streams.pipeline.PipelineRunner;
import org.isogloss.streams.pipeline.Role;
import org.isogloss.streams.pipeline.ServedModules;
import org.isogloss.streams.registry.ModuleListener;
import org.isogloss.streams.web.StatusServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real pipeline asked over HTTP while it starts and while it works. */
class UpStatusTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LAYERS = 2;

  @TempDir private Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void itIsReadyOnlyWhenTheRegistryIsReadAndItsModulesServeAndThenTellsTheirDigests()
      throws Exception {
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    DirectoryModuleStore store = new DirectoryModuleStore(folder.resolve("store"));
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
    UpStatus status = new UpStatus(Set.of(Role.ENCODER), failure);
    CountDownLatch mayLoad = new CountDownLatch(1);
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"));
        Backbone backbone = Backbone.open(folder.resolve("tiny"));
        StatusServer server =
            StatusServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), status, meters)) {
      KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
      TopicAdmin.createMissing(kafka, TopicPlan.standard());
      ModuleReference module = activateAModule(kafka, backbone, store);
      ModuleSource source =
          new CachedModules(new ModuleCache(store, folder.resolve("cache"), 1L << 30));
      CountDownLatch loading = new CountDownLatch(1);
      PipelineOptions options =
          PipelineOptions.of(EnumSet.of(Role.ENCODER), folder.resolve("state"))
              .with(
                  new ServedModules.Active(
                      "tester",
                      asked -> {
                        loading.countDown();
                        awaitLatch(mayLoad);
                        return source.open(asked);
                      },
                      ModuleListener.NONE));
      CompletableFuture<PipelineRunner> starting =
          CompletableFuture.supplyAsync(
              () ->
                  PipelineRunner.start(
                      options,
                      kafka,
                      () ->
                          status.uses(
                              TorchEncoder.open(
                                  backbone, EncoderOptions.onCpu(LAYERS).withThreads(1))),
                      meters));
      awaitLatch(loading);
      assertThat(get(server, "/ready").statusCode()).isEqualTo(503);
      assertThat(get(server, "/ready").body()).startsWith("starting");
      assertThat(get(server, "/health").statusCode()).isEqualTo(200);
      assertThat(info(server).path("ready").asBoolean()).isFalse();
      assertThat(info(server).path("modules")).isEmpty();

      mayLoad.countDown();
      try (PipelineRunner running = starting.join()) {
        status.started(running);
        await().atMost(PATIENCE).until(() -> get(server, "/ready").statusCode() == 200);
        JsonNode info = info(server);
        assertThat(info.path("ready").asBoolean()).isTrue();
        assertThat(info.path("version").asText()).isNotEmpty();
        assertThat(info.path("roles").path(0).asText()).isEqualTo("encoder");
        assertThat(info.path("backbone").path("digest").asText())
            .isEqualTo(backbone.digest().hex());
        assertThat(info.at("/modules/0/language").asText()).isEqualTo("de");
        assertThat(info.at("/modules/0/languageModule/name").asText()).isEqualTo("language/de@1");
        assertThat(info.at("/modules/0/languageModule/digest").asText())
            .isEqualTo(module.digest().hex());
        assertThat(info.at("/modules/0/alignmentModule").isNull()).isTrue();
        assertThat(get(server, "/metrics").body())
            .contains("isogloss_ready 1.0", "isogloss_modules_switched_total{language=\"de\"} 1.0");
      }
      assertThat(get(server, "/ready").statusCode()).isEqualTo(503);
      failure.complete(new IsoglossException(ErrorCode.FENCED, "another took the slot"));
      assertThat(get(server, "/health").statusCode()).isEqualTo(503);
      assertThat(get(server, "/health").body()).contains("another took the slot");
    } finally {
      mayLoad.countDown();
      client.close();
    }
  }

  private ModuleReference activateAModule(
      KafkaSettings kafka, Backbone backbone, DirectoryModuleStore store) throws IOException {
    Path directory = folder.resolve("module");
    RandomModules.writeCentring(directory, backbone, LAYERS, "de", 0.1, 3);
    try (ModuleAdministration modules =
        new ModuleAdministration(kafka, "tester", InstantSource.system())) {
      ModuleReference published = modules.publish(directory, store);
      modules.activate(List.of(published.name()), false, "test");
      return published;
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private JsonNode info(StatusServer server) throws IOException, InterruptedException {
    return new ObjectMapper().readTree(get(server, "/info").body());
  }

  private HttpResponse<String> get(StatusServer server, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
