package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.worker.EncoderWorker;
import org.isogloss.streams.worker.WorkerOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes through a route of the run's own: its own topics of requests and vectors and its own
 * group, and the worker that serves in production. The topics are made for the run, named after it
 * ({@code isogloss.evaluation.RUN.requests} and {@code .vectors}), and deleted when it ends; what a
 * killed run has left is deleted when it goes on.
 */
public final class RoutedEncoding implements SuiteEncoding {
  private static final Logger log = LoggerFactory.getLogger(RoutedEncoding.class);
  private static final int PARTITIONS = 2;
  private static final int RECORD_BYTES = 4 << 20;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration DELETION = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final KafkaSettings kafka;
  private final SentenceEncoder encoder;
  private final WorkerOptions worker;
  private final Duration patience;
  private final AvroCodec<EncodeRequest> requests = AvroCodec.of(EncodeRequest.class);
  private final AvroCodec<Embedding> embeddings = AvroCodec.of(Embedding.class);

  /**
   * @param encoder serves the modules of the run; stays the caller's
   * @param worker how to encode; its route is replaced by the run's
   * @param patience how long nothing may come back before it gives up
   */
  public RoutedEncoding(
      KafkaSettings kafka, SentenceEncoder encoder, WorkerOptions worker, Duration patience) {
    this.kafka = kafka;
    this.encoder = encoder;
    this.worker = worker;
    this.patience = patience;
  }

  @Override
  public String route() {
    return "workers";
  }

  @Override
  public void encode(String name, List<Need> needs, Sink sink) {
    if (needs.isEmpty()) {
      return;
    }
    String prefix = "isogloss.evaluation." + name;
    String input = prefix + ".requests";
    String output = prefix + ".vectors";
    TopicAdmin.createMissing(kafka, TopicPlan.standard());
    try (Admin admin = Admin.create(kafka.admin())) {
      delete(admin, List.of(input, output));
      try {
        TopicAdmin.createMissing(
            kafka,
            new TopicPlan(
                List.of(
                    TopicPlan.log(input, PARTITIONS, RECORD_BYTES),
                    TopicPlan.log(output, PARTITIONS, RECORD_BYTES)),
                TopicPlan.CLUSTER_DEFAULT));
        replay(new Route(input, output, prefix), needs, sink);
      } finally {
        delete(admin, List.of(input, output));
        deleteGroup(admin, prefix);
      }
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, kafka.bootstrapServers() + ": " + e.getMessage(), e);
    }
  }

  private record Route(String input, String output, String group) {}

  private void replay(Route route, List<Need> needs, Sink sink) {
    WorkerOptions options = worker.withRoute(route.group(), route.input(), route.output());
    try (EncoderWorker encoding =
            new EncoderWorker(options, kafka, encoder, new SimpleMeterRegistry());
        Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.consumer())) {
      List<TopicPartition> answers = new ArrayList<>();
      answers.addAll(CommittedRecords.partitionsOf(consumer, route.output()));
      answers.addAll(CommittedRecords.partitionsOf(consumer, Topics.DEAD_LETTERS));
      consumer.assign(answers);
      consumer.seekToEnd(answers);
      // Before the first request is sent: what comes after belongs to it.
      answers.forEach(consumer::position);
      send(route, needs);
      encoding.start();
      receive(route, needs, consumer, encoding, sink);
    }
  }

  private void send(Route route, List<Need> needs) {
    List<Future<?>> sent = new ArrayList<>();
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      for (int i = 0; i < needs.size(); i++) {
        Need need = needs.get(i);
        String id = Integer.toString(i);
        EncodeRequest request =
            EncodeRequest.newBuilder()
                .setId(id)
                .setText(need.text())
                .setLanguage(need.language())
                .setViews(
                    need.views().stream()
                        .sorted()
                        .map(view -> org.isogloss.schemas.record.View.valueOf(view.name()))
                        .toList())
                .setScope("")
                .setSource("evaluation")
                .setOrigin(new Origin(route.input(), 0, (long) i))
                .build();
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    route.input(), i % PARTITIONS, id.getBytes(UTF_8), requests.encode(request))));
      }
      producer.flush();
      for (Future<?> each : sent) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IsoglossException(
          ErrorCode.SEND_FAILED, "a request was refused: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while sending requests", e);
    }
  }

  private void receive(
      Route route,
      List<Need> needs,
      Consumer<byte[], byte[]> consumer,
      EncoderWorker encoding,
      Sink sink) {
    Map<Integer, Integer> outstanding = new HashMap<>();
    for (int i = 0; i < needs.size(); i++) {
      outstanding.put(i, needs.get(i).views().size());
    }
    VectorOrigin madeBy = new VectorOrigin(CodeVersion.text(), route());
    long heardNanos = System.nanoTime();
    while (!outstanding.isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.topic().equals(Topics.DEAD_LETTERS)) {
          refuse(route, needs, record);
          continue;
        }
        Embedding embedding = embeddings.decode(record.value());
        int number = Integer.parseInt(embedding.getId());
        sink.accept(
            needs.get(number),
            View.valueOf(embedding.getView().name()),
            embedding.getSpace(),
            VectorBytes.decode(
                embedding.getVector(), embedding.getType(), embedding.getDimension()),
            madeBy);
        outstanding.computeIfPresent(number, (n, views) -> views == 1 ? null : views - 1);
        heardNanos = System.nanoTime();
      }
      if (encoding.failure().isDone()) {
        throw encoding.failure().join();
      }
      if (System.nanoTime() - heardNanos > patience.toNanos()) {
        throw new IsoglossException(
            ErrorCode.TIMED_OUT,
            "nothing came back for %d s; %d sentences are outstanding"
                .formatted(patience.toSeconds(), outstanding.size()));
      }
    }
  }

  private static void refuse(Route route, List<Need> needs, ConsumerRecord<byte[], byte[]> letter) {
    Optional<Origin> origin =
        TextHeaders.read(letter.headers(), HeaderNames.ORIGIN)
            .flatMap(OriginText::parse)
            .filter(place -> place.getTopic().equals(route.input()));
    if (origin.isEmpty()) {
      return;
    }
    Need need = needs.get(Math.toIntExact(origin.orElseThrow().getOffset()));
    String code = TextHeaders.read(letter.headers(), HeaderNames.CODE).orElse("");
    throw new IsoglossException(
        Arrays.stream(ErrorCode.values())
            .filter(each -> each.code().equals(code))
            .findAny()
            .orElse(ErrorCode.ENCODING_FAILED),
        "'%s' (%s) of the suite: %s"
            .formatted(
                need.text(),
                need.language(),
                TextHeaders.read(letter.headers(), HeaderNames.MESSAGE)
                    .orElse("refused")
                    .toLowerCase(Locale.ROOT)));
  }

  /** Deletes those that are there, and waits until they are gone. */
  private static void delete(Admin admin, Collection<String> topics) {
    try {
      long deadline = System.nanoTime() + DELETION.toNanos();
      List<String> there = present(admin, topics);
      if (!there.isEmpty()) {
        admin.deleteTopics(there).all().get(DELETION.toSeconds(), TimeUnit.SECONDS);
      }
      while (!present(admin, topics).isEmpty() && System.nanoTime() - deadline < 0) {
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.warn("the topics {} of an evaluation could not be deleted", topics, e);
    }
  }

  private static List<String> present(Admin admin, Collection<String> topics)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<String> present =
        new ArrayList<>(admin.listTopics().names().get(DELETION.toSeconds(), TimeUnit.SECONDS));
    present.retainAll(topics);
    return present;
  }

  private static void deleteGroup(Admin admin, String group) {
    try {
      admin.deleteConsumerGroups(List.of(group)).all().get(DELETION.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // It expires on its own when its topics are gone.
      log.debug("the group {} could not be deleted", group, e);
    }
  }
}
