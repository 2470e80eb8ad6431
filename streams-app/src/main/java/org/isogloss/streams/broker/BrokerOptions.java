package org.isogloss.streams.broker;

import java.nio.file.Path;
import java.util.Map;

/**
 * How to run the embedded broker.
 *
 * @param dataDirectory created where missing
 * @param port to listen at on loopback; {@link #ANY_PORT}: one that is free
 * @param overrides broker properties, Kafka's names, in place of ours
 */
public record BrokerOptions(Path dataDirectory, int port, Map<String, String> overrides) {
  /** Any free port. */
  public static final int ANY_PORT = 0;

  private static final int LAST_PORT = 65_535;

  public BrokerOptions {
    if (port < 0 || port > LAST_PORT) {
      throw new IllegalArgumentException("no port: " + port);
    }
    overrides = Map.copyOf(overrides);
  }

  public static BrokerOptions in(Path dataDirectory) {
    return new BrokerOptions(dataDirectory, ANY_PORT, Map.of());
  }

  /** The same, at this port. */
  public BrokerOptions at(int fixedPort) {
    return new BrokerOptions(dataDirectory, fixedPort, overrides);
  }
}
