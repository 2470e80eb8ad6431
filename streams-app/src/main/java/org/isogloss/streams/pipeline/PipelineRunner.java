package org.isogloss.streams.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.error.IsoglossException;
import org.isogloss.streams.kafka.KafkaSettings;
import org.isogloss.streams.kafka.TopicAdmin;
import org.isogloss.streams.kafka.TopicPlan;

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
   * @param encoder opens the encoder, if that role runs; called once, while the other parts start;
   *     what it opens is the runner's, and is closed with it
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
            switch (role) {
              case ROUTER -> new RouterPart(options.router(), kafka, registry);
              case ENCODER -> new EncoderPart(options.worker(), kafka, encoder, registry);
              case MINER -> new MinerPart(options.miner(), kafka, registry);
            });
      }
    }
    return new PipelineRunner(RunningParts.start(parts));
  }

  /** Completes with the reason when a part stops on its own; never otherwise. */
  public CompletableFuture<IsoglossException> failure() {
    return parts.failure();
  }

  /** Drains the parts in the order of the flow. A second call does nothing. */
  @Override
  public void close() {
    parts.close();
  }
}
