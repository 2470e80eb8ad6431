package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.UndecodableRecordException;
import org.isogloss.schemas.codec.UnknownSchemaException;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes through the pipeline: sends every line as a sentence without a scope, and reads its
 * embedding or its dead letter. A result is known by its origin, the sentence's place in {@code
 * isogloss.sentences}, so that equal ids of other users do no harm. For one thread.
 */
final class PipelineLineEncoder implements LineEncoder {
  private static final Logger log = LoggerFactory.getLogger(PipelineLineEncoder.class);

  /** Bounds the memory: so many lines are under way at most. */
  private static final int MOST_OUTSTANDING = 16_384;

  private static final int SENT_BETWEEN_POLLS = 512;
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  /** What the broker said of a line sent. */
  private record Placed(long line, int partition, long offset) {}

  /** A result, and the tokens that it took. */
  private record Counted(LineResult result, int tokens) {}

  private final Producer<byte[], byte[]> producer;
  private final Consumer<byte[], byte[]> consumer;
  private final AvroCodec<Sentence> sentences = AvroCodec.of(Sentence.class);
  private final AvroCodec<Embedding> embeddings = AvroCodec.of(Embedding.class);
  private final BlockingQueue<Placed> acknowledged = new LinkedBlockingQueue<>();
  private final AtomicReference<@Nullable Exception> sendFailure = new AtomicReference<>();
  private final Duration patience;
  private final CompletableFuture<IsoglossException> pipelineFailure;
  private final LongSupplier nanoClock;
  private final BiFunction<InputLine, Task, Optional<String>> languages;

  /**
   * Through a pipeline of others, whose end nobody tells us of.
   *
   * @param patience how long nothing may come back before it gives up
   * @throws IsoglossException BROKER_UNREACHABLE, or BAD_TOPIC if the topics are not there
   */
  PipelineLineEncoder(KafkaSettings kafka, Duration patience) {
    this(kafka, patience, new CompletableFuture<>(), (line, task) -> task.language());
  }

  /** Through the command's own pipeline: when that fails, so does this, for the same reason. */
  PipelineLineEncoder(OwnPipeline pipeline, Duration patience) {
    this(pipeline.kafka(), patience, pipeline.failure(), (line, task) -> task.language());
  }

  /** Likewise, with a language for each line instead of the task's. */
  PipelineLineEncoder(
      OwnPipeline pipeline, Duration patience, Function<InputLine, String> languages) {
    this(
        pipeline.kafka(),
        patience,
        pipeline.failure(),
        (line, task) -> Optional.of(languages.apply(line)));
  }

  private PipelineLineEncoder(
      KafkaSettings kafka,
      Duration patience,
      CompletableFuture<IsoglossException> failure,
      BiFunction<InputLine, Task, Optional<String>> languages) {
    this.languages = languages;
    this.patience = patience;
    this.pipelineFailure = failure;
    this.nanoClock = System::nanoTime;
    this.consumer = new KafkaConsumer<>(kafka.consumer());
    try {
      assignEnds();
      this.producer = new KafkaProducer<>(kafka.producer());
    } catch (KafkaException e) {
      consumer.close();
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, kafka.bootstrapServers() + ": " + e.getMessage(), e);
    } catch (IsoglossException e) {
      consumer.close();
      throw e;
    }
  }

  /** What is read begins here, before the first sentence is sent. */
  private void assignEnds() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : List.of(Topics.EMBEDDINGS, Topics.DEAD_LETTERS)) {
      List<PartitionInfo> present = consumer.partitionsFor(topic, TIMEOUT);
      if (present == null || present.isEmpty()) {
        throw new IsoglossException(ErrorCode.BAD_TOPIC, "there is no topic " + topic);
      }
      present.forEach(p -> partitions.add(new TopicPartition(p.topic(), p.partition())));
    }
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(partition -> consumer.position(partition, TIMEOUT));
  }

  @Override
  public void encode(Iterator<InputLine> lines, Task task, ResultWriter writer, Listener listener) {
    OrderedResults<Counted> results = new OrderedResults<>();
    long tokens = 0;
    long heardNanos = nanoClock.getAsLong();
    while (lines.hasNext() || results.outstanding() > 0) {
      for (int i = 0;
          i < SENT_BETWEEN_POLLS && lines.hasNext() && results.outstanding() < MOST_OUTSTANDING;
          i++) {
        send(lines.next(), task, results);
      }
      boolean mayPause = !lines.hasNext() || results.outstanding() >= MOST_OUTSTANDING;
      for (ConsumerRecord<byte[], byte[]> each : consumer.poll(mayPause ? POLL : Duration.ZERO)) {
        receive(each, task.view(), results);
      }
      settleAcknowledged(results);
      for (Optional<Counted> next = results.next(); next.isPresent(); next = results.next()) {
        Counted counted = next.orElseThrow();
        writer.write(counted.result());
        tokens += counted.tokens();
        heardNanos = nanoClock.getAsLong();
      }
      listener.progressed(results.taken(), tokens);
      requireHope(heardNanos, results.outstanding());
    }
  }

  private void send(InputLine line, Task task, OrderedResults<Counted> results) {
    String id = task.id(line);
    long number = results.add();
    if (line.refusal().isPresent()) {
      results.settle(number, new Counted(Refusals.of(id, line.refusal().orElseThrow()), 0));
      return;
    }
    Sentence sentence =
        Sentence.newBuilder()
            .setId(id)
            .setText(line.text())
            .setLanguage(languages.apply(line, task).orElse(null))
            .setSource(task.source())
            .build();
    ProducerRecord<byte[], byte[]> entry =
        new ProducerRecord<>(Topics.SENTENCES, id.getBytes(UTF_8), sentences.encode(sentence));
    TextHeaders.put(entry.headers(), HeaderNames.VIEWS, task.view().name());
    try {
      producer.send(
          entry,
          (place, failure) -> {
            if (failure == null) {
              acknowledged.add(new Placed(number, place.partition(), place.offset()));
            } else {
              sendFailure.compareAndSet(null, failure);
            }
          });
    } catch (KafkaException e) {
      throw sendFailed(e);
    }
  }

  private void settleAcknowledged(OrderedResults<Counted> results) {
    Exception failure = sendFailure.get();
    if (failure != null) {
      throw sendFailed(failure);
    }
    Collection<Placed> places = new ArrayList<>();
    acknowledged.drainTo(places);
    places.forEach(place -> results.place(place.line(), place.partition(), place.offset()));
  }

  private static IsoglossException sendFailed(Exception e) {
    return new IsoglossException(
        ErrorCode.SEND_FAILED, "a sentence was refused by the broker: " + e.getMessage(), e);
  }

  private void receive(
      ConsumerRecord<byte[], byte[]> entry, View view, OrderedResults<Counted> results) {
    String id = entry.key() == null ? "" : new String(entry.key(), UTF_8);
    if (entry.topic().equals(Topics.DEAD_LETTERS)) {
      Optional<Origin> origin =
          TextHeaders.read(entry.headers(), HeaderNames.ORIGIN).flatMap(OriginText::parse);
      String code = TextHeaders.read(entry.headers(), HeaderNames.CODE).orElse("");
      String message = TextHeaders.read(entry.headers(), HeaderNames.MESSAGE).orElse("");
      origin.ifPresent(
          place ->
              results.arrive(
                  place.getPartition(),
                  place.getOffset(),
                  new Counted(new LineResult.Refusal(id, code, message), 0)));
      return;
    }
    try {
      Embedding embedding = embeddings.decode(entry.value());
      if (embedding.getView().name().equals(view.name())) {
        Origin place = embedding.getOrigin();
        results.arrive(
            place.getPartition(),
            place.getOffset(),
            new Counted(result(embedding), embedding.getTokens()));
      }
    } catch (UndecodableRecordException | UnknownSchemaException e) {
      // Written by a newer version for somebody else: ours are encoded by the worker we wait for.
      log.debug("{}@{} passed over", entry.topic(), entry.offset(), e);
    }
  }

  static LineResult.Vector result(Embedding embedding) {
    return new LineResult.Vector(
        embedding.getId(),
        embedding.getLanguage(),
        View.valueOf(embedding.getView().name()),
        embedding.getSpace(),
        embedding.getBackbone(),
        embedding.getLanguageModule().map(ModuleVersion::getName),
        embedding.getAlignmentModule().map(ModuleVersion::getName),
        embedding.getTokens(),
        embedding.getTruncated(),
        VectorBytes.decode(embedding.getVector(), embedding.getType(), embedding.getDimension()));
  }

  private void requireHope(long heardNanos, long outstanding) {
    if (outstanding > 0 && pipelineFailure.isDone()) {
      throw pipelineFailure.join();
    }
    if (outstanding > 0 && nanoClock.getAsLong() - heardNanos > patience.toNanos()) {
      throw new IsoglossException(
          ErrorCode.TIMED_OUT,
          "nothing came back for %d s; %d lines are outstanding"
              .formatted(patience.toSeconds(), outstanding));
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
    consumer.close();
  }
}
