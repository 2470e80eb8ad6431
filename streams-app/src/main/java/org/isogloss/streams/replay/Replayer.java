package org.isogloss.streams.replay;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.schemas.record.DeadLetterReplay;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the sentences of dead letters again; the package says what it promises. Safe for use by
 * many threads and processes.
 */
public final class Replayer {
  static final String TRANSACTIONAL_ID = "isogloss-replay";

  private static final Logger log = LoggerFactory.getLogger(Replayer.class);
  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);
  private static final int TRANSACTION_TIMEOUT_MILLIS = 15_000;
  private static final long BYTES_A_TRANSACTION = 8L << 20;
  private static final int ATTEMPTS_WITHOUT_SUCCESS = 20;
  private static final long SHORTEST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 1_500;

  private final KafkaSettings kafka;
  private final InstantSource clock;

  public Replayer(KafkaSettings kafka, InstantSource clock) {
    this.kafka = kafka;
    this.clock = clock;
  }

  /**
   * Sends the letters that are meant and were not sent before.
   *
   * @param progress told after each transaction how many were sent
   * @throws IsoglossException BAD_TOPIC, BROKER_UNREACHABLE, TIMED_OUT; SEND_FAILED and FENCED:
   *     some were sent and others not; replaying again sends those that were not
   */
  public ReplayReport replay(LetterFilter filter, ReplayOptions options, LongConsumer progress) {
    try {
      SchemaTopic.registerOurs(kafka.consumer(), kafka.producer(), SCHEMA_TIMEOUT);
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE,
          "replaying at " + kafka.bootstrapServers() + ": " + e.getMessage(),
          e);
    }
    Run run = new Run(filter, options, progress);
    long sentBefore = 0;
    int attempts = 0;
    while (true) {
      try {
        return run.attempt();
      } catch (KafkaException e) {
        attempts = run.sent > sentBefore ? 1 : attempts + 1;
        sentBefore = run.sent;
        giveUpOrPause(e, attempts);
      }
    }
  }

  /** What {@link #replay} would do now. Changes nothing. */
  public ReplayReport tryOut(LetterFilter filter, ReplayOptions options) {
    try (LetterReader reader = LetterReader.open(kafka)) {
      ReplayMarkers markers = reader.markers();
      Resending resending = resending(reader, options);
      Set<Origin> planned = new HashSet<>();
      Map<PassedOver, Long> passedOver = new EnumMap<>(PassedOver.class);
      reader.forEach(
          filter,
          letter -> {
            Origin replaced = letter.letter().origin();
            boolean before = markers.contains(replaced) || planned.contains(replaced);
            switch (resending.judge(letter, before)) {
              case Resending.Send send -> planned.add(replaced);
              case Resending.Skip skip -> passedOver.merge(skip.reason(), 1L, Long::sum);
            }
          },
          CommittedRecords.Progress.NONE);
      return new ReplayReport(planned.size(), passedOver);
    }
  }

  private Resending resending(LetterReader reader, ReplayOptions options) {
    int maxRecordBytes =
        TopicAdmin.maxMessageBytes(kafka, List.of(Topics.SENTENCES))
            .getOrDefault(Topics.SENTENCES, KafkaSettings.MAX_REQUEST_BYTES);
    return new Resending(options, reader.sealedScopes(), maxRecordBytes);
  }

  /**
   * Another replay that took over, or a transaction whose end is not known: the markers will tell
   * what was sent.
   */
  private static void giveUpOrPause(KafkaException failure, int attempts) {
    if (!mayBeTriedAgain(failure)) {
      throw new IsoglossException(
          ErrorCode.SEND_FAILED, "the replay stopped: " + failure.getMessage(), failure);
    }
    if (attempts >= ATTEMPTS_WITHOUT_SUCCESS) {
      throw new IsoglossException(
          ErrorCode.FENCED, "other replays keep taking over; let one of them finish", failure);
    }
    log.info("the replay was interrupted ({}); it goes on by the markers", failure.toString());
    try {
      // At random, so that two replays do not go on fencing one another in step.
      Thread.sleep(
          ThreadLocalRandom.current().nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.SEND_FAILED, "interrupted while replaying", e);
    }
  }

  private static boolean mayBeTriedAgain(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProducerFencedException
          || cause instanceof InvalidProducerEpochException
          || cause instanceof InvalidTxnStateException
          || cause instanceof RetriableException) {
        return true;
      }
    }
    return false;
  }

  /** One replay over all its attempts. */
  private final class Run {
    private final LetterFilter filter;
    private final ReplayOptions options;
    private final LongConsumer progress;
    private long sent;

    /** The letter by which this run sent each sentence: that one is not told as sent before. */
    private final Map<Origin, Origin> own = new HashMap<>();

    Run(LetterFilter filter, ReplayOptions options, LongConsumer progress) {
      this.filter = filter;
      this.options = options;
      this.progress = progress;
    }

    ReplayReport attempt() {
      Map<String, Object> properties = kafka.producer(TRANSACTIONAL_ID);
      properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MILLIS);
      Producer<byte[], byte[]> producer = new KafkaProducer<>(properties);
      try (LetterReader reader = LetterReader.open(kafka)) {
        // Ends what a predecessor left open; from here on its commits fail. Only then is what the
        // markers say the whole truth.
        producer.initTransactions();
        return pass(reader, producer);
      } finally {
        producer.close(Duration.ZERO);
      }
    }

    private ReplayReport pass(LetterReader reader, Producer<byte[], byte[]> producer) {
      ReplayMarkers markers = reader.markers();
      Resending resending = resending(reader, options);
      Map<PassedOver, Long> passedOver = new EnumMap<>(PassedOver.class);
      Batch batch = new Batch();
      reader.forEach(
          filter,
          letter -> {
            Origin replaced = letter.letter().origin();
            if (letter.place().equals(own.get(replaced))) {
              return;
            }
            boolean before =
                markers.contains(replaced)
                    || own.containsKey(replaced)
                    || batch.letters.containsKey(replaced);
            switch (resending.judge(letter, before)) {
              case Resending.Send send -> {
                batch.add(send, letter);
                if (batch.isFull()) {
                  commit(batch, producer);
                }
              }
              case Resending.Skip skip -> passedOver.merge(skip.reason(), 1L, Long::sum);
            }
          },
          CommittedRecords.Progress.NONE);
      commit(batch, producer);
      return new ReplayReport(sent, passedOver);
    }

    private void commit(Batch batch, Producer<byte[], byte[]> producer) {
      if (batch.letters.isEmpty()) {
        return;
      }
      producer.beginTransaction();
      for (ProducerRecord<byte[], byte[]> record : batch.records) {
        var _ = producer.send(record);
      }
      producer.commitTransaction();
      own.putAll(batch.letters);
      sent += batch.letters.size();
      batch.clear();
      progress.accept(sent);
    }

    private final class Batch {
      private final Map<Origin, Origin> letters = new HashMap<>();
      private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      private long bytes;

      void add(Resending.Send send, StoredLetter letter) {
        letters.put(letter.letter().origin(), letter.place());
        records.add(send.record());
        records.add(
            ReplayMarkers.record(
                new DeadLetterReplay(
                    letter.letter().origin(),
                    letter.place(),
                    send.scope(),
                    clock.millis(),
                    options.actor())));
        bytes += Resending.bytes(send.record());
      }

      boolean isFull() {
        return letters.size() >= options.lettersATransaction() || bytes >= BYTES_A_TRANSACTION;
      }

      void clear() {
        letters.clear();
        records.clear();
        bytes = 0;
      }
    }
  }
}
