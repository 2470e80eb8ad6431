package org.isogloss.streams.command;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.pipeline.PipelineOptions;
import org.isogloss.streams.pipeline.PipelineRunner;
import org.isogloss.streams.pipeline.Role;
import org.isogloss.streams.pipeline.ServedModules;

/**
 * A broker and a pipeline of a command's own, for as long as it runs.
 *
 * @param failure completes with the reason if broker or pipeline stop on their own
 */
record OwnPipeline(KafkaSettings kafka, CompletableFuture<IsoglossException> failure) {
  /** What encoding needs: nothing is mined. */
  static final Set<Role> ENCODING = EnumSet.of(Role.ROUTER, Role.ENCODER);

  /**
   * Starts both; they are closed with the resources.
   *
   * @param data the broker's folder
   * @param modules what the encoder serves
   * @param encoder opens the encoder, which is closed with the pipeline
   */
  static OwnPipeline start(
      Path data,
      Set<Role> roles,
      ModelOptions model,
      ServedModules modules,
      EncoderOpener encoder,
      MeterRegistry meters,
      Resources resources) {
    EmbeddedBroker broker = resources.add(EmbeddedBroker.start(data));
    KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
    PipelineOptions options =
        PipelineOptions.of(roles, data.resolve("state"))
            .with(WorkerFlags.options("0", model))
            .with(modules);
    PipelineRunner pipeline =
        resources.add(PipelineRunner.start(options, kafka, encoder::open, meters));
    CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
    var unusedToo = broker.failure().thenAccept(failure::complete);
    var unused = pipeline.failure().thenAccept(failure::complete);
    return new OwnPipeline(kafka, failure);
  }

  /** An encoder of the caller's behind a broker in a temporary folder, as it serves now. */
  static OwnPipeline encodingWith(ModularEncoder encoder, ModelOptions model, Resources resources) {
    return encodingWith(encoder, model, new SimpleMeterRegistry(), resources);
  }

  /** The same, and its meters are the caller's to read. */
  static OwnPipeline encodingWith(
      ModularEncoder encoder, ModelOptions model, MeterRegistry meters, Resources resources) {
    return start(
        resources.add(TemporaryDirectory.create()).path(),
        ENCODING,
        model,
        new ServedModules.Bare(),
        () -> new SharedEncoder(encoder),
        meters,
        resources);
  }

  /** Opens an encoder. */
  @FunctionalInterface
  interface EncoderOpener {
    SentenceEncoder open();
  }
}
