package org.isogloss.streams.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.DataDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running broker; the package describes it. Closing stops it and keeps its data. */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final String LOOPBACK = "127.0.0.1";

  private final KafkaRaftServer server;
  private final DataDirectory directory;
  private final String address;
  private final CompletableFuture<IsoglossException> failure;
  private final Consumer<String> guard;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedBroker(
      KafkaRaftServer server,
      DataDirectory directory,
      String address,
      CompletableFuture<IsoglossException> failure,
      Consumer<String> guard) {
    this.server = server;
    this.directory = directory;
    this.address = address;
    this.failure = failure;
    this.guard = guard;
  }

  /**
   * Starts a broker at any free port; see {@link #start(BrokerOptions)}.
   *
   * @throws IsoglossException DATA_DIRECTORY_IN_USE or BROKER_FAILED
   */
  public static EmbeddedBroker start(Path dataDirectory) {
    return start(BrokerOptions.in(dataDirectory));
  }

  /**
   * Starts a broker and returns when it serves.
   *
   * @throws IsoglossException DATA_DIRECTORY_IN_USE, naming the address of the broker that runs
   *     there, or BROKER_FAILED
   */
  public static EmbeddedBroker start(BrokerOptions options) {
    ExitGuard.install();
    DataDirectory directory = DataDirectory.hold(options.dataDirectory());
    CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
    Consumer<String> guard =
        reason -> failure.complete(new IsoglossException(ErrorCode.BROKER_FAILED, reason));
    ExitGuard.add(guard);
    try {
      return start(options, directory, failure, guard);
    } catch (Exception e) {
      ExitGuard.remove(guard);
      directory.close();
      throw e instanceof IsoglossException coded
          ? coded
          : new IsoglossException(
              ErrorCode.BROKER_FAILED,
              "the broker in " + options.dataDirectory() + " did not start: " + e.getMessage(),
              e);
    }
  }

  private static EmbeddedBroker start(
      BrokerOptions options,
      DataDirectory directory,
      CompletableFuture<IsoglossException> failure,
      Consumer<String> guard)
      throws Exception {
    format(directory.logs());
    requireReadable(directory.logs());
    int port = options.port() == BrokerOptions.ANY_PORT ? freePort() : requireFree(options.port());
    Properties properties = BrokerProperties.of(directory.logs(), port, freePort());
    properties.putAll(options.overrides());
    KafkaRaftServer server =
        new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
    try {
      server.startup();
      if (failure.isDone()) {
        throw failure.join();
      }
      String address = LOOPBACK + ':' + port;
      directory.publish(address);
      log.info("broker at {}, data in {}", address, directory.logs());
      return new EmbeddedBroker(server, directory, address, failure, guard);
    } catch (Exception e) {
      server.shutdown();
      server.awaitShutdown();
      throw e;
    }
  }

  /** The address of the broker that runs on this data directory now, in any process. */
  public static Optional<String> runningAddress(Path dataDirectory) {
    return DataDirectory.runningAddress(dataDirectory);
  }

  /** {@code host:port}. */
  public String bootstrapServers() {
    return address;
  }

  /** Completes if the broker gives up on its own, with the reason; never otherwise. */
  public CompletableFuture<IsoglossException> failure() {
    return failure.copy();
  }

  /** Stops in order, so that the next start is quick. A second call does nothing. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      server.shutdown();
      server.awaitShutdown();
    } finally {
      ExitGuard.remove(guard);
      directory.close();
    }
  }

  private static void format(Path logs) throws Exception {
    Files.createDirectories(logs);
    if (Files.exists(logs.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
      return;
    }
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(BrokerProperties.NODE)
        .addDirectory(logs.toString())
        .setMetadataLogDirectory(logs.toString())
        .setControllerListenerName(BrokerProperties.CONTROLLER)
        .setIgnoreFormatted(true)
        .run();
  }

  /** A later Kafka's metadata stops ours deep inside, with nothing to go by. */
  private static void requireReadable(Path logs) throws Exception {
    short theirs =
        new BootstrapDirectory(logs.toString()).read().featureLevel(MetadataVersion.FEATURE_NAME);
    MetadataVersion ours = MetadataVersion.latestProduction();
    if (theirs > ours.featureLevel()) {
      throw new IsoglossException(
          ErrorCode.BROKER_FAILED,
          ("%s was made by a later Kafka (metadata level %d) than ours, %s (level %d). Choose a new"
                  + " --data; what is worth keeping can be exported by the build that made it")
              .formatted(logs, theirs, ours.shortVersion(), ours.featureLevel()));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static int requireFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // Connections of a broker just killed linger; they do not make the port taken.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(LOOPBACK, port));
      return port;
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_FAILED, "port " + port + " is taken: " + e.getMessage(), e);
    }
  }
}
