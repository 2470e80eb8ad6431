package org.isogloss.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Changes of a topic of one partition, made one after the other, whoever makes them: all who change
 * it share one transactional id, so whoever began to read after us has fenced us, and what we
 * wanted to write is not written but thought over again on what the topic says then. A change
 * returns when readers see it.
 *
 * <p>For one thread.
 */
public final class SerialisedChanges implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 10;
  private static final int TRANSACTION_TIMEOUT_MILLIS = 15_000;
  private static final long VISIBLE_POLL_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 50;

  private final KafkaSettings kafka;
  private final String topic;
  private final String transactionalId;
  private final Consumer<byte[], byte[]> consumer;
  private Optional<Producer<byte[], byte[]>> producer = Optional.empty();

  /**
   * What is to be written after a look at the topic.
   *
   * @param records none: nothing is to be changed
   * @param written what to do when they are
   */
  public record Planned<T>(
      List<ProducerRecord<byte[], byte[]>> records, T result, Runnable written) {
    /** Nothing to be written. */
    public static <T> Planned<T> nothing(T result) {
      return new Planned<>(List.of(), result, () -> {});
    }
  }

  /**
   * @param topic of one partition
   * @param transactionalId the same for all who change this topic
   */
  public SerialisedChanges(KafkaSettings kafka, String topic, String transactionalId) {
    this.kafka = kafka;
    this.topic = topic;
    this.transactionalId = transactionalId;
    this.consumer = new KafkaConsumer<>(kafka.consumer());
  }

  /**
   * Visits what is committed, from the beginning to the end as of now.
   *
   * @throws IsoglossException BAD_TOPIC where it is missing; TIMED_OUT
   */
  public void read(CommittedRecords.Visitor visitor) {
    read(topic, visitor);
  }

  /** As {@link #read(CommittedRecords.Visitor)}, of another topic. */
  public void read(String otherTopic, CommittedRecords.Visitor visitor) {
    new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, otherTopic))
        .forEach(visitor, CommittedRecords.Progress.NONE);
  }

  /**
   * Reads, plans and writes, with nobody else writing in between.
   *
   * @param look reads the topic by {@link #read} and says what to write; called again whenever
   *     somebody else was faster
   * @throws IsoglossException SEND_FAILED, also if others are faster all the time; TIMED_OUT; or
   *     what the look throws
   */
  public <T> T change(Function<SerialisedChanges, Planned<T>> look) {
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Producer<byte[], byte[]> writer = initialised();
        Planned<T> planned = look.apply(this);
        if (planned.records().isEmpty()) {
          return planned.result();
        }
        try {
          writer.beginTransaction();
          List<Future<RecordMetadata>> sent = planned.records().stream().map(writer::send).toList();
          writer.commitTransaction();
          awaitVisible(sent.getLast());
          planned.written().run();
          return planned.result();
        } catch (ProducerFencedException
            | InvalidProducerEpochException
            | InvalidTxnStateException e) {
          // Whoever fences us undoes our transaction; to end it then is out of order.
          giveUpProducer();
          pause(attempt);
        }
      }
    } catch (KafkaException e) {
      giveUpProducer();
      throw new IsoglossException(
          ErrorCode.SEND_FAILED, topic + " was not written: " + e.getMessage(), e);
    }
    throw new IsoglossException(
        ErrorCode.SEND_FAILED, "others keep changing " + topic + " at the same time; try again");
  }

  /** At random, lest those who fenced one another go on doing so in step. */
  private static void pause(int attempt) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE_MILLIS * (attempt + 1)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.SEND_FAILED, "interrupted while writing", e);
    }
  }

  /** A commit returns a little before readers of what is committed see it; we are one of them. */
  private void awaitVisible(Future<RecordMetadata> written) {
    TopicPartition partition = new TopicPartition(topic, 0);
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    try {
      long offset = written.get().offset();
      while (consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L) <= offset) {
        if (System.nanoTime() - deadline > 0) {
          throw new IsoglossException(
              ErrorCode.TIMED_OUT, topic + " was written, but cannot be read yet");
        }
        Thread.sleep(VISIBLE_POLL_MILLIS);
      }
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.SEND_FAILED, "interrupted while writing", e);
    }
  }

  private Producer<byte[], byte[]> initialised() {
    if (producer.isEmpty()) {
      Map<String, Object> properties = kafka.producer(transactionalId);
      properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MILLIS);
      producer = Optional.of(new KafkaProducer<>(properties));
      producer.get().initTransactions();
    }
    return producer.get();
  }

  private void giveUpProducer() {
    producer.ifPresent(old -> old.close(Duration.ZERO));
    producer = Optional.empty();
  }

  @Override
  public void close() {
    giveUpProducer();
    consumer.close();
  }
}
