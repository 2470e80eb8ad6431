package org.isogloss.streams.command;

import java.time.InstantSource;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.registry.ModuleAdministration;
import picocli.CommandLine.Option;

/** Who changes modules, and why. */
final class ActorOption {
  @Option(
      names = "--actor",
      paramLabel = "NAME",
      description = "Who does it, for the events; this machine's user unless given.")
  private String actor = System.getProperty("user.name", "unknown");

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why, for the events.")
  private String reason = "";

  String reason() {
    return reason;
  }

  ModuleAdministration administration(KafkaSettings kafka) {
    return new ModuleAdministration(kafka, actor, InstantSource.system());
  }
}
