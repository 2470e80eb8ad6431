package org.isogloss.streams.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.error.IsoglossException;
import org.isogloss.streams.kafka.KafkaSettings;
import org.isogloss.streams.worker.EncoderWorker;
import org.isogloss.streams.worker.WorkerOptions;
import org.jspecify.annotations.Nullable;

/** The encoder worker as a part, with the encoder it owns. */
final class EncoderPart implements PipelinePart {
  private final WorkerOptions options;
  private final KafkaSettings kafka;
  private final Supplier<? extends SentenceEncoder> opener;
  private final MeterRegistry registry;
  private final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
  private @Nullable SentenceEncoder encoder;
  private @Nullable EncoderWorker worker;
  private boolean closed;

  EncoderPart(
      WorkerOptions options,
      KafkaSettings kafka,
      Supplier<? extends SentenceEncoder> opener,
      MeterRegistry registry) {
    this.options = options;
    this.kafka = kafka;
    this.opener = opener;
    this.registry = registry;
  }

  @Override
  public void start() {
    SentenceEncoder opened = opener.get();
    EncoderWorker created = new EncoderWorker(options, kafka, opened, registry);
    synchronized (this) {
      encoder = opened;
      worker = created;
      if (closed) {
        close(created, opened);
        return;
      }
    }
    var unused = created.failure().thenAccept(failure::complete);
    created.start();
  }

  @Override
  public CompletableFuture<IsoglossException> failure() {
    return failure;
  }

  @Override
  public synchronized void close() {
    boolean first = !closed;
    closed = true;
    if (first && worker != null && encoder != null) {
      close(worker, encoder);
    }
  }

  /** The worker first: it finishes with the encoder. */
  private static void close(EncoderWorker worker, SentenceEncoder encoder) {
    try (encoder;
        worker) {
      // Closing is all.
    }
  }
}
