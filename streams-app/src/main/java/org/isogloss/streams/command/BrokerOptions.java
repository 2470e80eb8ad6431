package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which broker a command talks to. */
final class BrokerOptions {
  @Option(
      names = "--bootstrap-servers",
      paramLabel = "H:P",
      description = "Join the Kafka cluster at this address.")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of an embedded broker: `up` keeps its data there, others join it.")
  private @Nullable Path data;

  Optional<String> bootstrapServers() {
    return Optional.ofNullable(bootstrapServers);
  }

  Optional<Path> data() {
    return Optional.ofNullable(data);
  }
}
