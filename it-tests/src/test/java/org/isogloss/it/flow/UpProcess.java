package org.isogloss.it.flow;

import java.nio.file.Path;
import org.isogloss.it.process.Leash;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.broker.EmbeddedBroker;

/**
 * Broker, router, worker and miner in a process of their own, as {@code isogloss up --data FOLDER}:
 * {@code UpProcess FOLDER}.
 */
public final class UpProcess {
  private UpProcess() {}

  /** Where the broker keeps its data. */
  static Path brokerData(Path folder) {
    return folder.resolve("broker");
  }

  public static void main(String[] arguments) {
    Leash.attach();
    Path folder = Path.of(arguments[0]);
    try {
      EmbeddedBroker broker = EmbeddedBroker.start(brokerData(folder));
      broker.failure().thenAccept(Leash::fail);
      TinyPipeline pipeline =
          TinyPipeline.start(KafkaSettings.of(broker.bootstrapServers()), folder);
      pipeline.runner().failure().thenAccept(Leash::fail);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .unstarted(
                      () -> {
                        try (broker) {
                          pipeline.close();
                        }
                      }));
    } catch (RuntimeException | Error e) {
      Leash.fail(e);
    }
    Leash.ready();
    Leash.serve();
  }
}
