package org.isogloss.streams.worker;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaAccess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finished windows into the log, exactly once: begin, send, offsets, commit, without a pause. What
 * can be tried again is tried again from the finished outputs, as long as the window's partition is
 * ours:
 *
 * <ul>
 *   <li>a commit refused for a stale generation: the rebalance left us the partition, so the fresh
 *       generation will do; if it did not, the poll thread discards the window;
 *   <li>a time-out of the commit itself, whose outcome is unknown: the same commit is asked for
 *       again, never sent anew;
 *   <li>a record that is too large for its topic: a dead letter takes its place, and the rest is
 *       sent again with it;
 *   <li>any other failure that the producer can abort; one that neither time nor a rebalance
 *       explains not for ever.
 * </ul>
 *
 * <p>A fence means that another worker holds our slot, or that the broker gave up on us: the worker
 * stops. One thread only.
 */
final class TransactionalCommits implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TransactionalCommits.class);
  private static final Duration BACKOFF = Duration.ofMillis(100);
  private static final int ENOUGH_RECORDS = 4096;

  /**
   * After so many failures in a row that neither time nor a rebalance explains, it is no accident.
   */
  private static final int MAX_FRUITLESS = 50;

  private final Producer<byte[], byte[]> producer;
  private final WindowLedger ledger;
  private final Supplier<ConsumerGroupMetadata> group;
  private final BooleanSupplier stopping;
  private final WorkerMeters meters;
  private int fruitless;

  /** An output the log did not take, and the record it belongs to. */
  private record Refusal(
      Window window, int record, ProducerRecord<byte[], byte[]> output, Exception failure) {}

  /**
   * @param group the group's metadata as the poll thread saw it last
   * @param stopping once true, a failed commit is not tried again
   */
  TransactionalCommits(
      Producer<byte[], byte[]> producer,
      WindowLedger ledger,
      Supplier<ConsumerGroupMetadata> group,
      BooleanSupplier stopping,
      WorkerMeters meters) {
    this.producer = producer;
    this.ledger = ledger;
    this.group = group;
    this.stopping = stopping;
    this.meters = meters;
  }

  /**
   * Commits all that is ready, in as many transactions as it takes.
   *
   * @throws IsoglossException FENCED, or SEND_FAILED if the producer cannot go on
   */
  void commitReady() {
    while (true) {
      List<Window> windows = ledger.take(ENOUGH_RECORDS);
      if (windows.isEmpty()) {
        return;
      }
      boolean committed = false;
      try {
        committed = commit(windows);
      } finally {
        if (committed) {
          ledger.committed(windows);
        } else {
          ledger.giveBack(windows);
        }
      }
      if (!committed) {
        if (stopping.getAsBoolean()) {
          return;
        }
        pause();
      }
    }
  }

  /**
   * @return whether it is in the log; false: it is not, and may be tried again
   */
  private boolean commit(List<Window> windows) {
    if (windows.stream().anyMatch(Window::isDiscarded)) {
      return false;
    }
    long start = System.nanoTime();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    int records = 0;
    try {
      producer.beginTransaction();
      for (Window window : windows) {
        offsets.merge(
            window.partition(),
            new OffsetAndMetadata(window.nextOffset()),
            (a, b) -> a.offset() > b.offset() ? a : b);
        for (int i = 0; i < window.records(); i++) {
          int record = i;
          for (ProducerRecord<byte[], byte[]> output : window.outputs(record)) {
            records++;
            producer.send(
                output,
                (metadata, failure) -> {
                  if (failure != null) {
                    refusals.add(new Refusal(window, record, output, failure));
                  }
                });
          }
        }
      }
      producer.sendOffsetsToTransaction(offsets, group.get());
      producer.flush();
      Refusal first = refusals.peek();
      if (first != null) {
        throw new KafkaException("a record was not taken", first.failure());
      }
      if (windows.stream().anyMatch(Window::isDiscarded)) {
        // Lost while we sent. The broker would refuse the offsets; why ask.
        abort();
        return false;
      }
      commitUntilKnown();
    } catch (KafkaException failure) {
      recover(failure, refusals);
      return false;
    }
    fruitless = 0;
    meters.committed(records, Duration.ofNanos(System.nanoTime() - start));
    return true;
  }

  private void commitUntilKnown() {
    while (true) {
      try {
        producer.commitTransaction();
        return;
      } catch (TimeoutException unknown) {
        log.warn("the outcome of a commit is not known yet; asking again", unknown);
        if (stopping.getAsBoolean()) {
          throw unknown;
        }
      }
    }
  }

  private void recover(KafkaException failure, Queue<Refusal> refusals) {
    requireNotFatal(failure);
    meters.retried();
    if (isStaleGroup(failure)) {
      log.info("offsets were refused after a rebalance; what is still ours is sent again");
    } else {
      log.warn("a transaction failed and is sent again: {}", failure.toString());
    }
    abort();
    Map<Window, Set<Integer>> replaced = new HashMap<>();
    for (Refusal refusal : refusals) {
      // Both views of a sentence may be too large; it ends in one dead letter all the same.
      if (refusal.failure() instanceof RecordTooLargeException
          && replaced
              .computeIfAbsent(refusal.window(), w -> new HashSet<>())
              .add(refusal.record())) {
        replace(refusal);
      }
    }
    if (!replaced.isEmpty() || isStaleGroup(failure) || isPassing(failure)) {
      fruitless = 0;
    } else if (++fruitless == MAX_FRUITLESS) {
      throw new IsoglossException(
          ErrorCode.SEND_FAILED,
          "a transaction failed %d times in a row: %s".formatted(fruitless, failure),
          failure);
    }
  }

  private void replace(Refusal refusal) {
    Rejected rejected =
        new Rejected(
            ErrorCode.SEND_FAILED,
            "%s refused a record: %s".formatted(refusal.output().topic(), refusal.failure()));
    if (refusal.window().fallBack(refusal.record(), rejected)) {
      meters.refused(rejected.code().code());
    } else {
      throw new IsoglossException(
          ErrorCode.SEND_FAILED,
          "not even a dead letter without the original bytes is taken: " + refusal.failure(),
          refusal.failure());
    }
  }

  /** Such as a broker that is away: tried for as long as it takes. */
  private static boolean isPassing(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RetriableException) {
        return true;
      }
    }
    return false;
  }

  private void abort() {
    while (true) {
      try {
        producer.abortTransaction();
        return;
      } catch (TimeoutException again) {
        if (stopping.getAsBoolean()) {
          return;
        }
      } catch (KafkaException failure) {
        requireNotFatal(failure);
        throw new IsoglossException(
            ErrorCode.SEND_FAILED, "the producer cannot go on: " + failure, failure);
      } catch (IllegalStateException none) {
        // There was no transaction to abort.
        return;
      }
    }
  }

  private static void requireNotFatal(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProducerFencedException
          || cause instanceof InvalidProducerEpochException
          || cause instanceof InvalidTxnStateException
          || cause instanceof FencedInstanceIdException) {
        throw new IsoglossException(
            ErrorCode.FENCED,
            "another worker runs under this slot, or the broker gave up on it",
            failure);
      }
      if (cause instanceof AuthorizationException || cause instanceof UnsupportedVersionException) {
        String reason = cause.toString();
        throw KafkaAccess.refusal(cause)
            .orElseGet(() -> new IsoglossException(ErrorCode.SEND_FAILED, reason, failure));
      }
    }
  }

  private static boolean isStaleGroup(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CommitFailedException) {
        return true;
      }
    }
    return false;
  }

  private static void pause() {
    try {
      Thread.sleep(BACKOFF);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
