package org.isogloss.it.flow;

import java.nio.file.Path;
import org.isogloss.kafka.KafkaSettings;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.kafka.KafkaContainer;

/** The flow over Kafka's own image; skipped where there is no Docker. */
@Testcontainers(disabledWithoutDocker = true)
class ContainerEndToEndTest extends EndToEndSuite {
  @Container
  private static final KafkaContainer KAFKA = new KafkaContainer("apache/kafka-native:4.2.2");

  @Override
  KafkaSettings openCluster(Path folder) {
    return KafkaSettings.of(KAFKA.getBootstrapServers());
  }

  @Override
  void closeCluster() {
    // The extension stops the container.
  }
}
