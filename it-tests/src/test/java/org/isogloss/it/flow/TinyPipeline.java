package org.isogloss.it.flow;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.pipeline.PipelineOptions;
import org.isogloss.streams.pipeline.PipelineRunner;

/** All roles in this process, as {@code isogloss up} runs them, with a tiny random backbone. */
final class TinyPipeline implements AutoCloseable {
  private final Backbone backbone;
  private final PipelineRunner runner;

  private TinyPipeline(Backbone backbone, PipelineRunner runner) {
    this.backbone = backbone;
    this.runner = runner;
  }

  /**
   * Creates the topics and starts every part; returns when all work.
   *
   * @param folder for the model and the state of router and miner
   */
  static TinyPipeline start(KafkaSettings kafka, Path folder) {
    RandomBackbone.Options tiny = RandomBackbone.Options.TINY;
    Path model = folder.resolve("model");
    try {
      RandomBackbone.write(model, tiny);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Backbone backbone = Backbone.open(model);
    EncoderOptions options = EncoderOptions.onCpu(tiny.layers()).withThreads(1);
    try {
      PipelineRunner runner =
          PipelineRunner.start(
              PipelineOptions.all(folder.resolve("state")),
              kafka,
              () -> TorchEncoder.open(backbone, options),
              new SimpleMeterRegistry());
      return new TinyPipeline(backbone, runner);
    } catch (RuntimeException e) {
      backbone.close();
      throw e;
    }
  }

  PipelineRunner runner() {
    return runner;
  }

  @Override
  public void close() {
    try (backbone) {
      runner.close();
    }
  }
}
