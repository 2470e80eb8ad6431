package org.isogloss.streams.command;

import java.net.InetSocketAddress;
import picocli.CommandLine.Option;

/** Where a process tells of itself. */
final class HttpOptions {
  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "Where /metrics, /health, /ready and /info answer; 0.0.0.0: to everybody.")
  private String host = "127.0.0.1";

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Their port; 0: any free one, which is shown at the start.")
  private int port;

  int port() {
    return port;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }
}
