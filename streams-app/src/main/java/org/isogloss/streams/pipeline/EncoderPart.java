package org.isogloss.streams.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.registry.ModuleFollower;
import org.isogloss.streams.worker.EncoderWorker;
import org.isogloss.streams.worker.WorkerOptions;

/**
 * The encoder worker as a part, with the encoder it owns and the registry that tells which modules
 * serve. The modules serve before the worker reads its first sentence.
 */
final class EncoderPart implements PipelinePart {
  private static final Duration STORE_PATIENCE = Duration.ofSeconds(60);

  private final WorkerOptions options;
  private final ServedModules modules;
  private final KafkaSettings kafka;
  private final Supplier<? extends SentenceEncoder> opener;
  private final MeterRegistry registry;
  private final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private boolean closed;

  EncoderPart(
      WorkerOptions options,
      ServedModules modules,
      KafkaSettings kafka,
      Supplier<? extends SentenceEncoder> opener,
      MeterRegistry registry) {
    this.options = options;
    this.modules = modules;
    this.kafka = kafka;
    this.opener = opener;
    this.registry = registry;
  }

  @Override
  public void start() {
    SentenceEncoder encoder = opener.get();
    if (!own(encoder)) {
      return;
    }
    switch (modules) {
      case ServedModules.Bare bare -> {}
      case ServedModules.Pinned pinned ->
          modular(encoder).serveOrThrow(pinned.selections(), pinned.source());
      case ServedModules.Active active -> {
        ModuleFollower follower =
            ModuleFollower.start(
                new ModuleFollower.Setting(
                    active.worker(), active.source(), active.listener(), STORE_PATIENCE),
                kafka,
                modular(encoder),
                registry);
        if (!own(follower)) {
          return;
        }
        var unused = follower.failure().thenAccept(failure::complete);
      }
    }
    EncoderWorker worker = new EncoderWorker(options, kafka, encoder, registry);
    if (!own(worker)) {
      return;
    }
    var unused = worker.failure().thenAccept(failure::complete);
    worker.start();
  }

  @Override
  public CompletableFuture<IsoglossException> failure() {
    return failure;
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeOpened();
  }

  private static ModularEncoder modular(SentenceEncoder encoder) {
    if (encoder instanceof ModularEncoder modular) {
      return modular;
    }
    throw new IsoglossException(
        ErrorCode.BAD_OPTION, encoder.description().backboneName() + " takes no modules");
  }

  /**
   * Takes charge of what was opened.
   *
   * @return false if this part was closed meanwhile: then it is closed too
   */
  private synchronized boolean own(AutoCloseable resource) {
    opened.push(resource);
    if (closed) {
      closeOpened();
    }
    return !closed;
  }

  /** The last first: the worker finishes with the modules and the encoder it has. */
  private void closeOpened() {
    RuntimeException first = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        RuntimeException failed =
            e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
        if (first == null) {
          first = failed;
        } else {
          first.addSuppressed(failed);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
