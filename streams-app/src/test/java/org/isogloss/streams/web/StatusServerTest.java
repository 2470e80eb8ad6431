package org.isogloss.streams.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusServerTest {
  private static final Pattern METER_IN_SOURCE =
      Pattern.compile("\"(isogloss\\.(?:router|worker|miner|modules|dead|ready)\\.?[a-z.]*)\"");
  private static final Pattern SERIES = Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)[{ ]");

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final FakeStatus status = new FakeStatus();
  private final HttpClient client = HttpClient.newHttpClient();
  private StatusServer server;

  private static final class FakeStatus implements ProcessStatus {
    final AtomicReference<Optional<String>> fault = new AtomicReference<>(Optional.empty());
    final AtomicReference<Optional<String>> unready = new AtomicReference<>(Optional.empty());

    @Override
    public Optional<String> fault() {
      return fault.get();
    }

    @Override
    public Optional<String> unready() {
      return unready.get();
    }

    @Override
    public JsonNode info() {
      return JsonNodeFactory.instance.objectNode().put("version", "7");
    }
  }

  @BeforeEach
  void start() {
    server =
        StatusServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), status, meters);
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  @Test
  void aProcessIsHealthyUntilItCannotGoOn() throws Exception {
    assertThat(get("/health").statusCode()).isEqualTo(200);
    status.fault.set(Optional.of("ISO-305: fenced"));
    assertThat(get("/health").statusCode()).isEqualTo(503);
    assertThat(get("/health").body()).isEqualTo("ISO-305: fenced\n");
    assertThat(get("/ready").statusCode()).isEqualTo(503);
  }

  @Test
  void aProcessThatIsNotReadySaysWhyAndIsHealthyAllTheSame() throws Exception {
    status.unready.set(Optional.of("starting"));
    assertThat(get("/ready").statusCode()).isEqualTo(503);
    assertThat(get("/ready").body()).isEqualTo("starting\n");
    assertThat(get("/health").statusCode()).isEqualTo(200);
    assertThat(get("/metrics").body()).contains("isogloss_ready 0.0");
    status.unready.set(Optional.empty());
    assertThat(get("/ready").statusCode()).isEqualTo(200);
    assertThat(get("/metrics").body()).contains("isogloss_ready 1.0");
  }

  @Test
  void whatRunsIsToldAsJson() throws Exception {
    HttpResponse<String> info = get("/info");
    assertThat(info.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(info.body()).contains("\"version\" : \"7\"");
  }

  @Test
  void everyMeterOfTheCatalogueIsScrapedUnderTheNamesItGives() throws Exception {
    registerAll(meters);
    String text = get("/metrics").body();
    Set<String> scraped = new TreeSet<>();
    Matcher series = SERIES.matcher(text);
    while (series.find()) {
      scraped.add(series.group(1));
    }
    assertThat(scraped).containsAll(Metric.allSeries());
    assertThat(scraped.stream().filter(name -> name.startsWith("isogloss_")))
        .isSubsetOf(Metric.allSeries());
    assertThat(get("/metrics").headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
  }

  /** As the parts register them. */
  private static void registerAll(MeterRegistry meters) {
    for (Metric metric : Metric.values()) {
      if (!metric.meter().startsWith("isogloss.") || metric == Metric.READY) {
        continue;
      }
      String[] tags =
          metric.tags().stream().flatMap(tag -> Stream.of(tag, "x")).toArray(String[]::new);
      switch (metric.kind()) {
        case COUNTER -> meters.counter(metric.meter(), tags).increment();
        case GAUGE, GAUGE_OF_BYTES, GAUGE_OF_THREADS, GAUGE_OF_FILES, GAUGE_OF_SECONDS ->
            Gauge.builder(metric.meter(), () -> 1).tags(tags).register(meters);
        case SUMMARY -> meters.summary(metric.meter(), tags).record(1);
        case TIMER -> meters.timer(metric.meter(), tags).record(Duration.ofMillis(1));
      }
    }
  }

  @Test
  void theCatalogueHoldsTheNamesInTheProgramAndNoOthers() throws IOException {
    Set<String> inSource = new TreeSet<>();
    Path sources = Path.of("src/main/java/org/isogloss/streams");
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        if (file.endsWith(Path.of("web", "Metric.java"))) {
          continue;
        }
        Matcher names = METER_IN_SOURCE.matcher(Files.readString(file));
        while (names.find()) {
          // What ends with a dot is the beginning of several.
          if (!names.group(1).endsWith(".")) {
            inSource.add(names.group(1));
          }
        }
      }
    }
    assertThat(inSource)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Metric.values())
                .map(Metric::meter)
                .filter(name -> name.startsWith("isogloss."))
                .filter(name -> !name.equals(Metric.READY.meter()))
                .collect(Collectors.toSet()));
  }

  @Test
  void everySeriesLeadsBackToItsMeter() {
    for (Metric metric : Metric.values()) {
      assertThat(metric.series())
          .allSatisfy(name -> assertThat(Metric.ofSeries(name)).contains(metric));
    }
    assertThat(Metric.ofSeries("isogloss_no_such_thing")).isEmpty();
  }

  @Test
  void anythingElseIsNotThereAndNothingCanBeChanged() throws Exception {
    assertThat(get("/metricsX").statusCode()).isEqualTo(404);
    assertThat(get("/").statusCode()).isEqualTo(404);
    HttpRequest post =
        HttpRequest.newBuilder(uri("/health"))
            .POST(HttpRequest.BodyPublishers.ofString("x"))
            .build();
    assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    HttpRequest head =
        HttpRequest.newBuilder(uri("/health"))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer = client.send(head, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void aPortThatIsTakenIsACodedFailure() {
    assertThatThrownBy(
            () ->
                StatusServer.start(
                    server.address(),
                    status,
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_UNAVAILABLE));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
  }
}
