package org.isogloss.streams.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers over HTTP; the package says what. */
public final class StatusServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StatusServer.class);
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String PLAIN_TEXT = "text/plain; charset=utf-8";
  private static final String JSON = "application/json";
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int FAILED = 500;
  private static final int UNAVAILABLE = 503;
  private static final int NO_BODY = -1;

  private final HttpServer server;
  private final ExecutorService threads;
  private final ProcessStatus status;
  private final PrometheusMeterRegistry meters;

  private record Answer(int code, String type, String body) {}

  private StatusServer(
      HttpServer server,
      ExecutorService threads,
      ProcessStatus status,
      PrometheusMeterRegistry meters) {
    this.server = server;
    this.threads = threads;
    this.status = status;
    this.meters = meters;
  }

  /**
   * Listens, and adds the meters of the process to the registry.
   *
   * @param address its port may be 0: any free one
   * @throws IsoglossException PORT_UNAVAILABLE
   */
  public static StatusServer start(
      InetSocketAddress address, ProcessStatus status, PrometheusMeterRegistry meters) {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException | IllegalArgumentException e) {
      throw new IsoglossException(
          ErrorCode.PORT_UNAVAILABLE,
          "cannot listen on %s:%d: %s"
              .formatted(address.getHostString(), address.getPort(), e.getMessage()),
          e);
    }
    bindProcess(status, meters);
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("status-", 0).factory());
    StatusServer started = new StatusServer(server, threads, status, meters);
    server.setExecutor(threads);
    server.createContext("/", started::handle);
    server.start();
    return started;
  }

  private static void bindProcess(ProcessStatus status, PrometheusMeterRegistry meters) {
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new ProcessorMetrics().bindTo(meters);
    new FileDescriptorMetrics().bindTo(meters);
    new UptimeMetrics().bindTo(meters);
    Gauge.builder(Metric.READY.meter(), status, each -> each.unready().isEmpty() ? 1 : 0)
        .strongReference(true)
        .register(meters);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean head = exchange.getRequestMethod().equals("HEAD");
      Answer answer =
          head || exchange.getRequestMethod().equals("GET")
              ? answer(exchange.getRequestURI().getPath())
              : new Answer(METHOD_NOT_ALLOWED, PLAIN_TEXT, "only GET and HEAD\n");
      byte[] body = answer.body().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.sendResponseHeaders(answer.code(), head ? NO_BODY : body.length);
      if (!head) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(body);
        }
      }
    }
  }

  private Answer answer(String path) {
    try {
      return switch (path) {
        case "/metrics" -> new Answer(OK, PROMETHEUS_TEXT, meters.scrape(PROMETHEUS_TEXT));
        case "/health" -> wellUnless(status.fault());
        case "/ready" -> wellUnless(status.fault().or(status::unready));
        case "/info" -> new Answer(OK, JSON, status.info().toPrettyString() + '\n');
        default ->
            new Answer(NOT_FOUND, PLAIN_TEXT, "there are /metrics, /health, /ready and /info\n");
      };
    } catch (RuntimeException e) {
      log.warn("{} cannot be answered", path, e);
      return new Answer(FAILED, PLAIN_TEXT, "this is a fault of ours; the log has it\n");
    }
  }

  private static Answer wellUnless(Optional<String> reason) {
    return reason
        .map(why -> new Answer(UNAVAILABLE, PLAIN_TEXT, why + '\n'))
        .orElseGet(() -> new Answer(OK, PLAIN_TEXT, "ok\n"));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
