package org.isogloss.it.flow;

import java.nio.file.Path;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.jspecify.annotations.Nullable;

/** The flow over the broker that the program brings along. */
class EmbeddedEndToEndTest extends EndToEndSuite {
  private @Nullable EmbeddedBroker broker;

  @Override
  KafkaSettings openCluster(Path folder) {
    EmbeddedBroker started = EmbeddedBroker.start(folder);
    broker = started;
    return KafkaSettings.of(started.bootstrapServers());
  }

  @Override
  void closeCluster() {
    if (broker != null) {
      broker.close();
    }
  }
}
