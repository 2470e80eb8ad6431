package org.isogloss.streams.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;

class TransactionalCommitsTest {
  private static final TopicPartition PARTITION = new TopicPartition("requests", 0);
  private static final ProducerRecord<byte[], byte[]> LETTER = record("letter", "original");
  private static final ProducerRecord<byte[], byte[]> BARE_LETTER = record("letter", "");

  private final ScriptedProducer producer = new ScriptedProducer();
  private final WindowLedger ledger = new WindowLedger();
  private final AtomicInteger generation = new AtomicInteger(1);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TransactionalCommits commits =
      new TransactionalCommits(
          producer,
          ledger,
          () -> new GroupMetadata(generation.get()),
          () -> false,
          new WorkerMeters(registry, "a", ledger));

  TransactionalCommitsTest() {
    producer.initTransactions();
  }

  @Test
  void windowsThatAreReadyShareATransactionAndTheFurthestOffsetIsCommitted() {
    done(3, record("out", "a"), record("out", "b"), record("out", "c"));
    done(5, record("out", "d"), record("out", "e"));
    commits.commitReady();
    assertThat(texts()).containsExactly("a", "b", "c", "d", "e");
    assertThat(producer.transactions).isEqualTo(1);
    assertThat(producer.committedOffset()).isEqualTo(5);
    assertThat(ledger.windows()).isZero();
  }

  @Test
  void aStaleGenerationIsTriedAgainFromTheFinishedOutputsWithAFreshOne() {
    done(2, record("out", "a"), record("out", "b"));
    producer.offsetFailures.add(new CommitFailedException("stale"));
    producer.whenOffsetsFail = generation::incrementAndGet;
    commits.commitReady();
    assertThat(texts()).containsExactly("a", "b");
    assertThat(producer.generations).containsExactly(1, 2);
    assertThat(producer.committedOffset()).isEqualTo(2);
    assertThat(registry.get("isogloss.worker.retries").counter().count()).isEqualTo(1);
  }

  @Test
  void aCommitOfUnknownOutcomeIsAskedForAgainAndNothingIsSentTwice() {
    done(1, record("out", "a"));
    producer.commitFailures.add(new TimeoutException("no answer"));
    producer.commitFailures.add(new TimeoutException("no answer"));
    commits.commitReady();
    assertThat(producer.sends).isEqualTo(1);
    assertThat(producer.transactions).isEqualTo(1);
    assertThat(texts()).containsExactly("a");
  }

  @Test
  void aWindowLostWhileItIsSentIsAbortedAndNeverSentAgain() {
    done(1, record("out", "a"));
    producer.whenOffsetsAreSent = () -> ledger.discard(Set.of(PARTITION));
    commits.commitReady();
    assertThat(texts()).isEmpty();
    assertThat(producer.transactions).isZero();
    assertThat(ledger.windows()).isZero();
  }

  @Test
  void aFenceStops() {
    done(1, record("out", "a"));
    producer.commitFailures.add(new ProducerFencedException("another"));
    assertThatThrownBy(commits::commitReady)
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
    assertThat(texts()).isEmpty();
  }

  @Test
  void aFailureThatStaysStopsInsteadOfLoopingForEver() {
    done(1, record("out", "a"));
    for (int i = 0; i < 1000; i++) {
      producer.offsetFailures.add(new KafkaException("unexplained"));
    }
    assertThatThrownBy(commits::commitReady)
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SEND_FAILED));
  }

  @Test
  void bothViewsTooLargeMakeOneDeadLetterWithTheOriginalBytes() {
    done(1, record("out", "too large, this one"), record("out", "and this one is as well"));
    done(2, record("out", "a"));
    producer.longest = 10;
    commits.commitReady();
    assertThat(texts()).containsExactly("original", "a");
    assertThat(producer.committedOffset()).isEqualTo(2);
    assertThat(
            registry
                .get("isogloss.dead.letters")
                .tag("code", ErrorCode.SEND_FAILED.code())
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void aDeadLetterThatIsTooLargeGoesWithoutTheOriginalBytes() {
    done(1, record("out", "too large"));
    producer.longest = 5;
    commits.commitReady();
    assertThat(texts()).containsExactly("");
  }

  /** A window of one record that ends in these outputs. */
  @SafeVarargs
  private void done(long nextOffset, ProducerRecord<byte[], byte[]>... outputs) {
    Window window = new Window(PARTITION, nextOffset, 1, 1);
    window.complete(0, List.of(outputs), (rejected, original) -> original ? LETTER : BARE_LETTER);
    ledger.open(window);
  }

  private List<String> texts() {
    return producer.history().stream().map(sent -> new String(sent.value(), UTF_8)).toList();
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, String value) {
    return new ProducerRecord<>(topic, value.getBytes(UTF_8));
  }

  private static final class GroupMetadata extends ConsumerGroupMetadata {
    private final int generation;

    @SuppressWarnings("removal")
    GroupMetadata(int generation) {
      super("group");
      this.generation = generation;
    }
  }

  /** Kafka's own producer for tests, which fails once for each failure it is given. */
  private static final class ScriptedProducer extends MockProducer<byte[], byte[]> {
    final Deque<RuntimeException> offsetFailures = new ArrayDeque<>();
    final Deque<RuntimeException> commitFailures = new ArrayDeque<>();
    final List<Integer> generations = new ArrayList<>();
    Runnable whenOffsetsFail = () -> {};
    Runnable whenOffsetsAreSent = () -> {};
    int longest = Integer.MAX_VALUE;
    int sends;
    int transactions;

    ScriptedProducer() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, Callback callback) {
      sends++;
      if (record.value().length > longest) {
        RecordTooLargeException failure = new RecordTooLargeException("too large");
        callback.onCompletion(null, failure);
        return CompletableFuture.failedFuture(failure);
      }
      return super.send(record, callback);
    }

    @Override
    public synchronized void sendOffsetsToTransaction(
        Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
      generations.add(((GroupMetadata) group).generation);
      RuntimeException failure = offsetFailures.poll();
      if (failure != null) {
        whenOffsetsFail.run();
        throw failure;
      }
      super.sendOffsetsToTransaction(offsets, group);
      whenOffsetsAreSent.run();
    }

    @Override
    public synchronized void commitTransaction() {
      RuntimeException failure = commitFailures.poll();
      if (failure != null) {
        throw failure;
      }
      super.commitTransaction();
      transactions++;
    }

    long committedOffset() {
      OffsetAndMetadata offset =
          consumerGroupOffsetsHistory().getLast().getOrDefault("group", Map.of()).get(PARTITION);
      return offset == null ? -1 : offset.offset();
    }
  }
}
