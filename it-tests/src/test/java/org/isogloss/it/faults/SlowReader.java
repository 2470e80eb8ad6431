package org.isogloss.it.faults;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.isogloss.it.replay.Place;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Somebody who reads embeddings more slowly than they come, from a thread of its own, and commits
 * how far it came.
 */
final class SlowReader implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SlowReader.class);
  private static final String TOPIC = "isogloss.embeddings";
  private static final int AT_ONCE = 100;
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private final Set<Place> seen = new HashSet<>();
  private volatile Duration pause;
  private volatile @Nullable RuntimeException failure;
  private volatile int until = Integer.MAX_VALUE;

  private SlowReader(String bootstrapServers, int perSecond) {
    this.pause = Duration.ofMillis(1_000L * AT_ONCE / perSecond);
    Map<String, Object> properties =
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "group.id", "slow-reader",
            "isolation.level", "read_committed",
            "auto.offset.reset", "earliest",
            "enable.auto.commit", "false",
            "max.poll.records", Integer.toString(AT_ONCE));
    this.consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.thread = Thread.ofPlatform().name("slow-reader").daemon().unstarted(this::read);
  }

  static SlowReader start(String bootstrapServers, int perSecond) {
    SlowReader reader = new SlowReader(bootstrapServers, perSecond);
    reader.thread.start();
    return reader;
  }

  /**
   * Lets it read on as fast as it can, until it has seen so many.
   *
   * @return how many it saw; fewer if no more came in time
   */
  int finish(int embeddings, Duration patience) {
    until = embeddings;
    pause = Duration.ZERO;
    try {
      thread.join(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    return seenSoFar();
  }

  @Override
  public void close() {
    until = 0;
    consumer.wakeup();
  }

  private int seenSoFar() {
    synchronized (seen) {
      return seen.size();
    }
  }

  private void read() {
    try (consumer) {
      consumer.subscribe(List.of(TOPIC));
      while (seenSoFar() < until) {
        readSome();
        LockSupport.parkNanos(pause.toNanos());
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void readSome() {
    try {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        synchronized (seen) {
          seen.add(new Place(record.partition(), record.offset()));
        }
      }
      consumer.commitSync();
    } catch (KafkaException e) {
      // The broker is away, or its place in the group is lost: it goes on where it had committed.
      log.info("the slow reader goes on after {}", e.toString());
    }
  }
}
