package org.isogloss.streams.command;

import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaAccess;
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

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = {
        "Properties of Kafka's clients for that cluster: TLS, SASL and all else; see",
        "docs/security.md."
      })
  private @Nullable Path kafkaConfig;

  /**
   * The cluster that was named; empty if none was.
   *
   * @throws IsoglossException BAD_OPTION if the file of properties cannot be used
   */
  Optional<KafkaSettings> named() {
    Optional<KafkaSettings> named =
        KafkaSettings.named(
            Optional.ofNullable(bootstrapServers), Optional.ofNullable(kafkaConfig));
    if (named.isEmpty() && kafkaConfig != null) {
      throw KafkaSettings.propertiesWithoutAddress();
    }
    return named;
  }

  /**
   * As {@link #named}, and it has answered.
   *
   * @throws IsoglossException as {@link KafkaAccess#require}
   */
  Optional<KafkaSettings> reached() {
    Optional<KafkaSettings> named = named();
    named.ifPresent(KafkaAccess::require);
    return named;
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
    return reached().or(() -> data().flatMap(ClusterOptions::embedded));
  }

  /**
   * The cluster named, or the broker that runs in the folder named or in the default one.
   *
   * @throws IsoglossException BROKER_UNREACHABLE if there is none; NOT_AUTHENTICATED
   */
  KafkaSettings requireRunning(Path home) {
    Path folder = data().orElse(defaultData(home));
    return reached()
        .or(() -> embedded(folder))
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.BROKER_UNREACHABLE,
                    "no --bootstrap-servers given, and no `isogloss up` runs on " + folder));
  }

  private static Optional<KafkaSettings> embedded(Path folder) {
    return EmbeddedBroker.runningAddress(folder).map(KafkaSettings::of);
  }
}
