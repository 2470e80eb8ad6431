package org.isogloss.streams.worker;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.isogloss.encoder.encode.BisectingEncoder;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.Prepared;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaAccess;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A running encoder worker; the package describes its contract. Starts once.
 *
 * <p>Threads: one polls, some tokenise, one encodes, one commits; start and close may be called
 * from any other.
 */
public final class EncoderWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EncoderWorker.class);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(60);

  private final WorkerOptions options;
  private final KafkaSettings settings;
  private final SentenceEncoder encoder;
  private final WindowLedger ledger = new WindowLedger();
  private final WorkerMeters meters;
  private final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
  private final CompletableFuture<Void> joined = new CompletableFuture<>();
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.RUNNING);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean abandoned = new AtomicBoolean();
  private final AtomicBoolean commitScheduled = new AtomicBoolean();
  private final Sinks.Many<OpenWindow> windows = Sinks.many().unicast().onBackpressureBuffer();
  private final Scheduler tokenizers;
  private final Scheduler device;
  private final Scheduler committing;

  /**
   * As the poll thread saw it last. A newer one never commits an older owner's window: a window is
   * discarded before a generation in which its partition is not ours is written here, and the
   * commit reads this before it looks whether its windows are discarded.
   */
  private volatile @Nullable ConsumerGroupMetadata group;

  // Written by start, read by whichever thread closes.
  private volatile @Nullable SchemaFollower schemas;
  private volatile @Nullable Thread poller;
  private volatile @Nullable TransactionalCommits commits;
  private volatile @Nullable EncodeStage stage;
  private volatile @Nullable Disposable flow;

  /** Only ever moves on. */
  private enum Phase {
    RUNNING,
    /** Reads no more, finishes what is in flight. */
    DRAINING,
    /** Finishes nothing more: what fails is not tried again, what is not done is left. */
    GIVING_UP
  }

  /** A window and the records it was opened for. */
  private record OpenWindow(Window window, List<ConsumerRecord<byte[], byte[]>> records) {}

  /**
   * @param encoder stays the caller's to close, after the worker
   */
  public EncoderWorker(
      WorkerOptions options,
      KafkaSettings settings,
      SentenceEncoder encoder,
      MeterRegistry registry) {
    this.options = options;
    this.settings = settings;
    this.encoder = encoder;
    meters = new WorkerMeters(registry, options.slot(), ledger);
    String name = "encoder-" + options.slot();
    tokenizers = Schedulers.newParallel(name + "-tokenize", options.tokenizerThreads());
    device = Schedulers.newSingle(name + "-encode");
    committing = Schedulers.newSingle(name + "-commit");
  }

  /**
   * Starts, and returns when the worker has joined its group.
   *
   * @throws IsoglossException BAD_TOPIC, BROKER_UNREACHABLE or TIMED_OUT
   */
  public synchronized void start() {
    if (poller != null || phase.get() != Phase.RUNNING) {
      throw new IllegalStateException("a worker starts once");
    }
    List<String> topics =
        List.of(
            options.route().input(), options.route().output(), Topics.DEAD_LETTERS, Topics.SCHEMAS);
    Map<String, Integer> partitions = TopicAdmin.partitions(settings, topics);
    int maxBytes =
        Math.min(
            KafkaSettings.MAX_REQUEST_BYTES,
            Objects.requireNonNull(
                TopicAdmin.maxMessageBytes(settings, List.of(options.route().output()))
                    .get(options.route().output())));
    Outputs outputs =
        new Outputs(
            options.route().output(),
            options.vectorType(),
            Objects.requireNonNull(partitions.get(options.route().output())),
            Objects.requireNonNull(partitions.get(Topics.DEAD_LETTERS)),
            maxBytes);
    try {
      SchemaTopic.registerOurs(settings.consumer(), settings.producer(), SCHEMA_TIMEOUT);
      SchemaFollower follower = SchemaFollower.start(settings.consumer(), SCHEMA_TIMEOUT);
      schemas = follower;
      Producer<byte[], byte[]> producer = new KafkaProducer<>(producerProperties());
      // Ends whatever a predecessor of this slot left open, and locks it out.
      producer.initTransactions();
      TransactionalCommits transactions =
          new TransactionalCommits(producer, ledger, this::group, this::isGivingUp, meters);
      commits = transactions;
      Flow records = new Flow(AvroCodec.of(EncodeRequest.class, follower), outputs);
      EncodeStage encodeStage =
          new EncodeStage(
              new BisectingEncoder(encoder), options.batches(), device, meters, this::broken);
      stage = encodeStage;
      flow =
          windows
              .asFlux()
              .flatMapSequential(
                  window ->
                      Mono.fromCallable(() -> records.tokenise(window)).subscribeOn(tokenizers),
                  options.tokenizerThreads(),
                  1)
              .publishOn(device)
              .subscribe(encodeStage::arrive, this::broken);
      KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerProperties());
      Thread thread = new Thread(() -> poll(consumer), "encoder-" + options.slot() + "-poll");
      poller = thread;
      thread.start();
    } catch (KafkaException e) {
      close();
      throw KafkaAccess.refusal(e)
          .orElseGet(
              () ->
                  new IsoglossException(
                      ErrorCode.BROKER_UNREACHABLE, "the worker cannot start: " + e, e));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    awaitJoined();
  }

  /** Completes if the worker stops on its own, with the reason; never otherwise. */
  public CompletableFuture<IsoglossException> failure() {
    return failure.copy();
  }

  /**
   * Drains: reads no more, finishes and commits what is in flight within the drain time-out, and
   * leaves the group. After a failure it only frees what the worker holds. When it returns the
   * encoder is no longer in use, save where a call to it has outlasted the drain time-out twice,
   * which is logged. A second call does nothing.
   */
  @Override
  public void close() {
    stop(Phase.DRAINING);
  }

  /** Stops without finishing anything, as a killed process would: for tests. */
  void abandon() {
    abandoned.set(true);
    stop(Phase.GIVING_UP);
  }

  private void stop(Phase how) {
    phase.compareAndSet(Phase.RUNNING, how);
    if (closed.getAndSet(true)) {
      return;
    }
    Thread thread = poller;
    if (thread != null && thread != Thread.currentThread()) {
      try {
        thread.join(options.timeouts().drain().plusSeconds(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    phase.set(Phase.GIVING_UP);
    ledger.discard(ledger.partitions());
    Disposable running = flow;
    if (running != null) {
      running.dispose();
    }
    EncodeStage encoding = stage;
    if (encoding != null) {
      encoding.dispose();
    }
    end(tokenizers, "tokenising");
    end(device, "encoding");
    end(committing, "committing");
    TransactionalCommits transactions = commits;
    if (transactions != null && !abandoned.get()) {
      transactions.close();
    }
    SchemaFollower follower = schemas;
    if (follower != null) {
      follower.close();
    }
  }

  private void end(Scheduler threads, String work) {
    try {
      threads.disposeGracefully().block(options.timeouts().drain());
    } catch (IllegalStateException late) {
      log.error("{}: {} did not end within {}", options.slot(), work, options.timeouts().drain());
      threads.dispose();
    }
  }

  private void awaitJoined() {
    try {
      CompletableFuture.anyOf(joined, failure).get(JOIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      close();
      throw new IsoglossException(
          ErrorCode.TIMED_OUT, "the worker did not join its group within " + JOIN_TIMEOUT, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while joining", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    IsoglossException failed = failure.getNow(null);
    if (failed != null) {
      close();
      throw failed;
    }
    if (phase.get() != Phase.RUNNING) {
      throw new IsoglossException(ErrorCode.TIMED_OUT, "the worker was closed while it started");
    }
  }

  private boolean isGivingUp() {
    return phase.get() == Phase.GIVING_UP;
  }

  private ConsumerGroupMetadata group() {
    return Objects.requireNonNull(group, "windows are opened after the first poll");
  }

  private void broken(Throwable cause) {
    IsoglossException reason =
        cause instanceof IsoglossException coded
            ? coded
            : new IsoglossException(ErrorCode.INTERNAL, "the worker failed: " + cause, cause);
    if (failure.complete(reason)) {
      log.error("the worker {} stops: {}", options.slot(), reason.getMessage(), cause);
    }
  }

  /** The poll thread: owns the consumer from here on. */
  private void poll(Consumer<byte[], byte[]> consumer) {
    Rebalances rebalances = new Rebalances(consumer);
    try {
      consumer.subscribe(List.of(options.route().input()), rebalances);
      while (phase.get() == Phase.RUNNING && !failure.isDone()) {
        if (isFull()) {
          consumer.pause(consumer.assignment());
        } else if (!consumer.paused().isEmpty()) {
          consumer.resume(consumer.paused());
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        group = consumer.groupMetadata();
        open(consumer, records);
      }
      drain(consumer);
    } catch (WakeupException e) {
      log.debug("woken up to stop");
    } catch (Throwable e) {
      broken(
          e instanceof KafkaException
              ? KafkaAccess.refusal(e)
                  .orElseGet(
                      () ->
                          new IsoglossException(
                              ErrorCode.BROKER_UNREACHABLE, "the consumer cannot go on: " + e, e))
              : e);
    } finally {
      phase.set(Phase.GIVING_UP);
      ledger.discard(ledger.partitions());
      closeQuietly(consumer);
      meters.forgetLags();
      joined.complete(null);
    }
  }

  private boolean isFull() {
    return ledger.records() >= options.bounds().records()
        || ledger.bytes() >= options.bounds().bytes();
  }

  /** Stays in the group while the rest is finished, and polls so as not to be taken for dead. */
  private void drain(Consumer<byte[], byte[]> consumer) {
    hurry(true);
    long deadline = System.nanoTime() + options.timeouts().drain().toNanos();
    while (phase.get() == Phase.DRAINING
        && !failure.isDone()
        && ledger.windows() > 0
        && System.nanoTime() - deadline < 0) {
      consumer.pause(consumer.assignment());
      // A rebalance may hand us partitions meanwhile. What they give is never opened, so nothing of
      // theirs is committed, and the next owner reads it.
      var unopened = consumer.poll(POLL);
      group = consumer.groupMetadata();
      log.trace("{} records left to the next owner", unopened.count());
    }
    phase.set(Phase.GIVING_UP);
  }

  private void hurry(boolean value) {
    EncodeStage encoding = stage;
    if (encoding != null) {
      encoding.hurry(value);
    }
  }

  private void open(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> ofPartition = records.records(partition);
      long bytes = 0;
      for (ConsumerRecord<byte[], byte[]> record : ofPartition) {
        bytes +=
            Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
      }
      Window window =
          new Window(partition, ofPartition.getLast().offset() + 1, ofPartition.size(), bytes);
      ledger.open(window);
      windows.emitNext(new OpenWindow(window, ofPartition), Sinks.EmitFailureHandler.FAIL_FAST);
    }
    for (TopicPartition partition : consumer.assignment()) {
      OptionalLong lag = consumer.currentLag(partition);
      lag.ifPresent(value -> meters.lag(partition, value));
    }
  }

  private void scheduleCommit() {
    if (commitScheduled.compareAndSet(false, true)) {
      committing.schedule(
          () -> {
            commitScheduled.set(false);
            TransactionalCommits transactions = commits;
            if (transactions == null || abandoned.get() || failure.isDone()) {
              return;
            }
            try {
              transactions.commitReady();
            } catch (Throwable e) {
              broken(e);
            }
          });
    }
  }

  private void closeQuietly(Consumer<byte[], byte[]> consumer) {
    try {
      consumer.close(
          CloseOptions.groupMembershipOperation(
              abandoned.get()
                  ? CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP
                  : CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    } catch (KafkaException e) {
      log.warn("the consumer did not leave its group cleanly", e);
    }
  }

  private Map<String, Object> consumerProperties() {
    Map<String, Object> properties = new HashMap<>(settings.consumer(options.route().group()));
    properties.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    properties.put(
        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
        Math.toIntExact(options.timeouts().session().toMillis()));
    properties.put(
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
        Math.toIntExact(options.timeouts().session().toMillis() / 5));
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, options.bounds().pollRecords());
    properties.put(ConsumerConfig.CLIENT_ID_CONFIG, options.transactionalId());
    properties.putAll(settings.consumerExtra());
    return properties;
  }

  private Map<String, Object> producerProperties() {
    Map<String, Object> properties = new HashMap<>(settings.producer(options.transactionalId()));
    properties.put(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
        Math.toIntExact(options.timeouts().transaction().toMillis()));
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, options.transactionalId());
    properties.putAll(settings.producerExtra());
    return properties;
  }

  /** What a record goes through between poll and commit. */
  private final class Flow {
    private final AvroCodec<EncodeRequest> codec;
    private final Outputs outputs;

    Flow(AvroCodec<EncodeRequest> codec, Outputs outputs) {
      this.codec = codec;
      this.outputs = outputs;
    }

    List<EncodeStage.Pending> tokenise(OpenWindow open) {
      List<EncodeStage.Pending> pending = new ArrayList<>(open.records().size());
      for (int i = 0; i < open.records().size() && !open.window().isDiscarded(); i++) {
        tokenise(open.window(), i, open.records().get(i)).ifPresent(pending::add);
      }
      return pending;
    }

    private Optional<EncodeStage.Pending> tokenise(
        Window window, int index, ConsumerRecord<byte[], byte[]> record) {
      EncodeRequest request;
      try {
        if (record.value() == null) {
          throw new UndecodableRecordException("a request without a value");
        }
        request = codec.decode(record.value());
      } catch (UnknownSchemaException e) {
        refuse(window, index, record, new Rejected(ErrorCode.UNKNOWN_SCHEMA, e.toString()));
        return Optional.empty();
      } catch (UndecodableRecordException e) {
        refuse(window, index, record, new Rejected(ErrorCode.UNDECODABLE_RECORD, e.toString()));
        return Optional.empty();
      }
      Set<View> views = EnumSet.noneOf(View.class);
      request.getViews().forEach(view -> views.add(Outputs.view(view)));
      if (views.isEmpty() || request.getLanguage().isEmpty()) {
        finish(
            window,
            index,
            record,
            request,
            new Rejected(ErrorCode.INCONSISTENT_RECORD, "a request without view or language"));
        return Optional.empty();
      }
      Prepared prepared =
          encoder.prepare(new SentenceRequest(request.getText(), request.getLanguage(), views));
      return switch (prepared) {
        case TokenizedSentence sentence ->
            Optional.of(
                new EncodeStage.Pending(
                    sentence, window, outcome -> finish(window, index, record, request, outcome)));
        case Rejected rejected -> {
          finish(window, index, record, request, rejected);
          yield Optional.empty();
        }
      };
    }

    private void finish(
        Window window,
        int index,
        ConsumerRecord<byte[], byte[]> record,
        EncodeRequest request,
        EncodeOutcome outcome) {
      switch (outcome) {
        case Encoded encoded -> {
          meters.encoded(request.getLanguage(), encoded.tokens(), encoded.truncated());
          done(
              window,
              index,
              outputs.embeddings(record, request, encoded),
              (refused, original) -> outputs.deadLetter(record, request, refused, original));
        }
        case Rejected rejected -> {
          meters.refused(rejected.code().code());
          done(
              window,
              index,
              List.of(outputs.deadLetter(record, request, rejected, true)),
              (refused, original) -> outputs.deadLetter(record, request, refused, original));
        }
      }
    }

    private void refuse(
        Window window, int index, ConsumerRecord<byte[], byte[]> record, Rejected rejected) {
      meters.refused(rejected.code().code());
      done(
          window,
          index,
          List.of(outputs.undecodable(record, rejected, true)),
          (refused, original) -> outputs.undecodable(record, refused, original));
    }

    private void done(
        Window window,
        int index,
        List<ProducerRecord<byte[], byte[]>> results,
        Window.Fallback fallback) {
      if (window.complete(index, results, fallback)) {
        scheduleCommit();
      }
    }
  }

  /** On the poll thread, inside poll. */
  private final class Rebalances implements ConsumerRebalanceListener {
    private final Consumer<byte[], byte[]> consumer;

    Rebalances(Consumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      meters.rebalanced();
      joined.complete(null);
      if (phase.get() != Phase.RUNNING) {
        consumer.pause(partitions);
      }
      log.info("{}: assigned {}", options.slot(), partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (partitions.isEmpty()) {
        return;
      }
      // Still ours until this returns: finish what can be finished, under the generation as of now.
      group = consumer.groupMetadata();
      try {
        if (!isGivingUp() && !failure.isDone()) {
          hurry(true);
          var unused = ledger.awaitNone(partitions, revocationBound());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      hurry(phase.get() == Phase.DRAINING);
      drop(partitions, "revoked");
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      drop(partitions, "lost");
    }

    /** Others wait for us meanwhile, and our session must not end over it. */
    private Duration revocationBound() {
      Duration half = options.timeouts().session().dividedBy(2);
      return options.timeouts().drain().compareTo(half) < 0 ? options.timeouts().drain() : half;
    }

    private void drop(Collection<TopicPartition> partitions, String how) {
      int discarded = ledger.discard(partitions);
      meters.forgetLags(partitions);
      meters.discarded(discarded);
      log.info(
          "{}: {} {}, {} windows left to the next owner",
          options.slot(),
          how,
          partitions,
          discarded);
    }
  }
}
