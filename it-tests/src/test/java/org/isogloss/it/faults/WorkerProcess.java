package org.isogloss.it.faults;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.it.process.Leash;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.registry.CachedModules;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.store.ModuleCache;
import org.isogloss.streams.registry.ModuleFollower;
import org.isogloss.streams.registry.ModuleListener;
import org.isogloss.streams.worker.EncoderWorker;
import org.isogloss.streams.worker.WorkerOptions;

/**
 * An encoder worker in a process of its own, with the real engine, modules as they are activated
 * and short time-outs: {@code WorkerProcess BOOTSTRAP SLOT MODEL-DIRECTORY STORE CACHE
 * TRANSACTION-TIMEOUT}.
 */
public final class WorkerProcess {
  /** Longer than one transaction takes on a busy machine, shorter than a freeze. */
  static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(4);

  static final int LAYERS = 2;
  private static final Duration STORE_PATIENCE = Duration.ofSeconds(60);
  private static final long CACHE_BYTES = 1L << 28;
  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);

  private WorkerProcess() {}

  public static void main(String[] arguments) {
    Leash.attach();
    WorkerOptions options =
        WorkerOptions.defaults(arguments[1])
            .withTimeouts(
                Duration.ofMillis(BrokerProcess.GROUP_SESSION_TIMEOUT_MILLIS),
                Duration.parse(arguments[5]),
                DRAIN_TIMEOUT);
    try (Backbone backbone = Backbone.open(Path.of(arguments[2]));
        TorchEncoder torch =
            TorchEncoder.open(backbone, EncoderOptions.onCpu(LAYERS).withThreads(1))) {
      KafkaSettings kafka = KafkaSettings.of(arguments[0]);
      ModuleCache cache =
          new ModuleCache(
              new DirectoryModuleStore(Path.of(arguments[3])), Path.of(arguments[4]), CACHE_BYTES);
      ModuleFollower follower =
          ModuleFollower.start(
              new ModuleFollower.Setting(
                  "worker-" + arguments[1],
                  new CachedModules(cache),
                  ModuleListener.NONE,
                  STORE_PATIENCE),
              kafka,
              torch,
              new SimpleMeterRegistry());
      var unused = follower.failure().thenAccept(Leash::fail);
      EncoderWorker worker =
          new EncoderWorker(options, kafka, new BreakableEncoder(torch), new SimpleMeterRegistry());
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(worker::close));
      worker.failure().thenAccept(Leash::fail);
      worker.start();
      Leash.ready();
      Leash.serve();
    }
  }
}
