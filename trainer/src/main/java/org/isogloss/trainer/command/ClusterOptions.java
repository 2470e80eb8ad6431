package org.isogloss.trainer.command;

import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.DataDirectory;
import org.isogloss.kafka.KafkaAccess;
import org.isogloss.kafka.KafkaSettings;
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
      description = "Join the broker of the `isogloss up` that runs on this folder.")
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
   * The cluster named, or the broker that runs in the folder named or in the default one.
   *
   * @throws IsoglossException BROKER_UNREACHABLE if there is none; NOT_AUTHENTICATED; BAD_OPTION if
   *     the file of properties cannot be used
   */
  KafkaSettings requireRunning(Path home) {
    Optional<KafkaSettings> named =
        KafkaSettings.named(
            Optional.ofNullable(bootstrapServers), Optional.ofNullable(kafkaConfig));
    if (named.isPresent()) {
      KafkaAccess.require(named.get());
      return named.get();
    }
    if (kafkaConfig != null) {
      throw KafkaSettings.propertiesWithoutAddress();
    }
    Path folder = data == null ? home.resolve("data") : data;
    return DataDirectory.runningAddress(folder)
        .map(KafkaSettings::of)
        .orElseThrow(
            () ->
                new IsoglossException(
                    ErrorCode.BROKER_UNREACHABLE,
                    "no --bootstrap-servers given, and no `isogloss up` runs on " + folder));
  }
}
