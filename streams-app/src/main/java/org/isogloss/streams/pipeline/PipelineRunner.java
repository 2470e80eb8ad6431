package org.isogloss.streams.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;

/** The pipeline, or some of its parts, in this process; the package describes it. */
public final class PipelineRunner implements AutoCloseable {
  private final RunningParts parts;

  private PipelineRunner(RunningParts parts) {
    this.parts = parts;
  }

  /**
   * Creates the topics that are missing, starts the parts side by side, and returns when all of
   * them work.
   *
   * @param encoder opens the encoder, if that role runs: while the other parts start, and anew when
   *     the worker is started again; what it opens is the runner's, which closes it
   * @throws IsoglossException if a part cannot start; then none runs
   */
  public static PipelineRunner start(
      PipelineOptions options,
      KafkaSettings kafka,
      Supplier<? extends SentenceEncoder> encoder,
      MeterRegistry registry) {
    TopicAdmin.createMissing(kafka, TopicPlan.standard());
    List<PipelinePart> parts = new ArrayList<>();
    for (Role role : Role.values()) {
      if (options.roles().contains(role)) {
        parts.add(
            new RestartedPart(
                role.label(),
                () -> {
                  StaleGauges.remove(registry, role);
                  return part(role, options, kafka, encoder, registry);
                },
                options.restarts(),
                System::nanoTime));
      }
    }
    return new PipelineRunner(RunningParts.start(parts));
  }

  private static PipelinePart part(
      Role role,
      PipelineOptions options,
      KafkaSettings kafka,
      Supplier<? extends SentenceEncoder> encoder,
      MeterRegistry registry) {
    return switch (role) {
      case ROUTER -> new RouterPart(options.router(), kafka, registry);
      case ENCODER ->
          new EncoderPart(options.worker(), options.modules(), kafka, encoder, registry);
      case MINER -> new MinerPart(options.miner(), kafka, registry);
    };
  }

  /**
   * Completes with the reason when a part has stopped on its own and is not started again; never
   * otherwise.
   */
  public CompletableFuture<IsoglossException> failure() {
    return parts.failure();
  }

  /** Whether every part works now: none has stopped, and none is being started again. */
  public boolean isWorking() {
    return parts.areWorking();
  }

  /** Drains the parts in the order of the flow. A second call does nothing. */
  @Override
  public void close() {
    parts.close();
  }
}
