package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which broker a command talks to. */
final class ClusterOptions {
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

  /** Where `up` keeps its data unless told otherwise. */
  static Path defaultData(Path home) {
    return home.resolve("data");
  }

  /** The cluster named, or the broker that runs in the folder named; empty if neither. */
  Optional<KafkaSettings> running() {
    return bootstrapServers()
        .or(() -> data().flatMap(EmbeddedBroker::runningAddress))
        .map(KafkaSettings::of);
  }

  /**
   * The cluster named, or the broker that runs in the folder named or in the default one.
   *
   * @throws IsoglossException BROKER_UNREACHABLE if there is none
   */
  KafkaSettings requireRunning(Path home) {
    Path folder = data().orElse(defaultData(home));
    return bootstrapServers()
        .or(() -> EmbeddedBroker.runningAddress(folder))
        .map(KafkaSettings::of)
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.BROKER_UNREACHABLE,
                    "no --bootstrap-servers given, and no `isogloss up` runs on " + folder));
  }
}
