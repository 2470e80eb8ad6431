package org.isogloss.streams.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletableFuture;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.mine.Miner;
import org.isogloss.streams.mine.MinerOptions;

/** The miner as a part. */
final class MinerPart implements PipelinePart {
  private final Miner miner;

  MinerPart(MinerOptions options, KafkaSettings kafka, MeterRegistry registry) {
    miner = new Miner(options, kafka, registry);
  }

  @Override
  public void start() {
    miner.start();
  }

  @Override
  public CompletableFuture<IsoglossException> failure() {
    return miner.failure();
  }

  @Override
  public void close() {
    miner.close();
  }
}
