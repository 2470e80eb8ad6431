package org.isogloss.it.flow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.isogloss.it.process.JavaProcess;
import org.isogloss.kafka.KafkaSettings;
import org.jspecify.annotations.Nullable;

/** The flow over a broker in another process, as one joins a cluster of one's own. */
class ExternalEndToEndTest extends EndToEndSuite {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private @Nullable JavaProcess broker;

  @Override
  KafkaSettings openCluster(Path folder) {
    int port = freePort();
    String address = "127.0.0.1:" + port;
    JavaProcess started =
        JavaProcess.start(
            "broker",
            folder.resolveSibling("log"),
            "384m",
            LeashedBroker.class,
            List.of(folder.toString(), Integer.toString(port)));
    broker = started;
    started.awaitOutput(address, PATIENCE);
    return KafkaSettings.of(address);
  }

  @Override
  void closeCluster() {
    if (broker != null) {
      broker.close();
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
