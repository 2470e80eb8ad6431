package org.isogloss.streams.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.isogloss.encoder.batch.BatchCost;
import org.isogloss.encoder.batch.BatchPolicy;
import org.isogloss.encoder.encode.DeterministicEncoder;
import org.isogloss.error.ErrorCode;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.record.View;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.deadletter.Stage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The worker on a real broker, with an encoder that needs no model. One route per test. */
@TestInstance(Lifecycle.PER_CLASS)
class EncoderWorkerTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int PARTITIONS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private EmbeddedBroker broker;
  private KafkaSettings settings;
  private Producer<byte[], byte[]> producer;
  private final AvroCodec<EncodeRequest> requests = AvroCodec.of(EncodeRequest.class);
  private final AvroCodec<Embedding> embeddings = AvroCodec.of(Embedding.class);
  private final List<EncoderWorker> workers = new ArrayList<>();
  private final DeterministicEncoder encoder = new DeterministicEncoder(8);
  private int routes;
  private Map<TopicPartition, Long> lettersBefore = Map.of();
  private String input = "";
  private String output = "";
  private long sent;

  @BeforeAll
  void startBroker(@TempDir Path folder) {
    broker = EmbeddedBroker.start(folder.resolve("broker"));
    settings = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(settings, TopicPlan.standard());
    producer = new KafkaProducer<>(settings.producer());
  }

  @AfterAll
  void stopBroker() {
    producer.close();
    broker.close();
  }

  @AfterEach
  void closeWorkers() {
    workers.forEach(EncoderWorker::close);
    workers.clear();
  }

  @Test
  void everyRequestEndsAsOneEmbeddingPerViewWithItsProvenance() {
    route();
    start("a", VectorType.FP16);
    send("hello", "de", List.of(View.MONOLINGUAL, View.CROSS_LINGUAL));
    send("world", "tr", List.of(View.CROSS_LINGUAL));
    awaitDone();
    List<ConsumerRecord<byte[], byte[]>> records = read(output);
    assertThat(records).hasSize(3);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Embedding embedding = embeddings.decode(record.value());
      assertThat(new String(record.key(), UTF_8)).isEqualTo(embedding.getId());
      assertThat(TextHeaders.read(record.headers(), HeaderNames.SPACE))
          .contains(embedding.getSpace());
      assertThat(TextHeaders.read(record.headers(), HeaderNames.ALIGNMENT_MODULE)).contains("none");
      assertThat(TextHeaders.read(record.headers(), HeaderNames.TYPE)).contains("FP16");
      assertThat(embedding.getBackbone()).hasSize(64);
      float[] vector =
          VectorBytes.decode(embedding.getVector(), embedding.getType(), embedding.getDimension());
      double square = 0;
      for (float v : vector) {
        square += v * v;
      }
      assertThat(square).isBetween(0.99, 1.01);
    }
  }

  @Test
  void aPoisonedSentenceIsADeadLetterAndItsMatesAreUnharmed() {
    route();
    encoder.failOn("poison").giveDegenerateVectorFor("zero");
    for (int i = 0; i < 50; i++) {
      send("mate " + i, "de", List.of(View.CROSS_LINGUAL));
    }
    send("poison", "de", List.of(View.CROSS_LINGUAL));
    send("zero", "tr", List.of(View.CROSS_LINGUAL));
    producer.send(new ProducerRecord<>(input, 0, "junk".getBytes(UTF_8), new byte[] {1, 2, 3}));
    producer.send(new ProducerRecord<>(input, 1, null, null));
    producer.flush();
    sent += 2;
    start("a", VectorType.FP32);
    awaitDone();
    assertThat(read(output)).hasSize(50);
    Map<String, Integer> codes = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> letter : lettersOfThisRoute()) {
      DeadLetters.read(letter.headers())
          .ifPresent(
              read -> {
                assertThat(read.stage()).isEqualTo(Stage.ENCODE);
                codes.merge(read.code(), 1, Integer::sum);
              });
    }
    assertThat(codes)
        .isEqualTo(
            Map.of(
                ErrorCode.ENCODING_FAILED.code(),
                1,
                ErrorCode.DEGENERATE_VECTOR.code(),
                1,
                ErrorCode.UNDECODABLE_RECORD.code(),
                2));
  }

  @Test
  void workersThatVanishAndComeBackLoseAndDoubleNothing() {
    route();
    Random random = new Random(SEED);
    int total = 3000;
    start("a", VectorType.FP32);
    for (int i = 0; i < total; i++) {
      send("sentence " + i, i % 3 == 0 ? "de" : "tr", List.of(View.CROSS_LINGUAL));
      if (i % 600 == 300) {
        producer.flush();
        // The slot is taken over while its predecessor still believes that it holds it.
        EncoderWorker old = workers.removeLast();
        if (random.nextBoolean()) {
          old.abandon();
        } else {
          old.close();
        }
        start("a", VectorType.FP32);
      }
    }
    awaitDone();
    assertEachExactlyOnce(total);
  }

  @Test
  void oneWorkerBecomesThreeAndOneAgainWithoutLossOrDoubling() {
    route();
    int total = 4000;
    start("a", VectorType.FP32);
    for (int i = 0; i < total; i++) {
      send("sentence " + i, "de", List.of(View.CROSS_LINGUAL));
      if (i == 800) {
        start("b", VectorType.FP32);
        start("c", VectorType.FP32);
      }
      if (i == 2400) {
        workers.removeFirst().close();
        workers.removeFirst().close();
      }
    }
    awaitDone();
    assertEachExactlyOnce(total);
  }

  @Test
  void aSecondWorkerOfTheSameSlotFencesTheFirst() {
    route();
    EncoderWorker first = start("a", VectorType.FP32);
    send("one", "de", List.of(View.CROSS_LINGUAL));
    awaitDone();
    start("a", VectorType.FP32);
    for (int i = 0; i < 40; i++) {
      send("more " + i, "de", List.of(View.CROSS_LINGUAL));
    }
    // The first still shares the group and holds some of the partitions: it tries to commit them,
    // and
    // learns of the fence. Only then can the second have them.
    awaitDone();
    await().atMost(PATIENCE).until(() -> first.failure().isDone());
    assertThat(first.failure().join().code()).isEqualTo(ErrorCode.FENCED);
    assertEachExactlyOnce(41);
  }

  @Test
  void aWorkerThatStoppedOnItsOwnHoldsNothingOnceItIsClosed() {
    route();
    encoder.breakDown(true);
    EncoderWorker worker = start("broken", VectorType.FP32);
    send("one", "de", List.of(View.CROSS_LINGUAL));
    producer.flush();
    await().atMost(PATIENCE).until(() -> worker.failure().isDone());
    worker.close();
    encoder.breakDown(false);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.contains("group-" + routes + "-broken"))
                    .noneMatch(name -> name.startsWith("encoder-broken")));
  }

  @Test
  void closingIsBoundedWhileTheEncoderHangs() {
    route();
    encoder.hangOn("hang");
    send("hang", "de", List.of(View.CROSS_LINGUAL));
    producer.flush();
    long before = encoder.calls();
    EncoderWorker worker =
        worker(
            options("a", VectorType.FP32)
                .withTimeouts(Duration.ofSeconds(6), Duration.ofSeconds(10), Duration.ofSeconds(1)),
            new SimpleMeterRegistry());
    worker.start();
    await().atMost(PATIENCE).until(() -> encoder.calls() > before);
    assertThatCode(worker::close).doesNotThrowAnyException();
    encoder.release("hang");
    start("a", VectorType.FP32);
    awaitDone();
    assertEachExactlyOnce(1);
  }

  @Test
  void partitionsThatArriveWhileAWorkerDrainsAreLeftToTheNext() throws Exception {
    route();
    DeterministicEncoder hangs = new DeterministicEncoder(8).hangOn("hang");
    WorkerOptions patient =
        options("a", VectorType.FP32)
            .withTimeouts(Duration.ofSeconds(6), Duration.ofSeconds(10), Duration.ofSeconds(30));
    EncoderWorker draining = new EncoderWorker(patient, settings, hangs, new SimpleMeterRegistry());
    workers.add(draining);
    draining.start();
    EncoderWorker other = start("b", VectorType.FP32);
    await().atMost(PATIENCE).until(() -> owned("a") == 2 && owned("b") == 2);
    for (int i = 0; i < PARTITIONS; i++) {
      send("hang", "de", List.of(View.CROSS_LINGUAL));
    }
    producer.flush();
    await().atMost(PATIENCE).until(() -> committed() == 2 && hangs.calls() > 0);
    Thread closing = new Thread(draining::close);
    closing.start();
    other.close();
    for (int i = 0; i < 40; i++) {
      send("more " + i, "de", List.of(View.CROSS_LINGUAL));
    }
    producer.flush();
    await().atMost(PATIENCE).until(() -> owned("a") == PARTITIONS);
    // Time for what is new in those partitions to be fetched.
    await().pollDelay(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> true);
    assertThat(draining.failure()).isNotDone();
    hangs.release("hang");
    closing.join();
    assertThat(committed()).as("the drained worker finished what it had begun").isEqualTo(4);
    start("c", VectorType.FP32);
    awaitDone();
    assertEachExactlyOnce(44);
  }

  @Test
  void aRecordThatTheTopicRefusesEndsAsADeadLetterAndHoldsNothingUp() throws Exception {
    route();
    start("a", VectorType.FP32);
    // The worker learnt the limit at its start; this one it learns from the refusal.
    try (Admin admin = Admin.create(settings.admin())) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, output),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "4000"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
    send("short", "de", List.of(View.CROSS_LINGUAL));
    send(longText(), "de", List.of(View.CROSS_LINGUAL, View.MONOLINGUAL));
    send("short too", "de", List.of(View.CROSS_LINGUAL));
    awaitDone();
    assertThat(read(output)).hasSize(2);
    List<ConsumerRecord<byte[], byte[]>> letters =
        lettersOfThisRoute().stream()
            .filter(letter -> new String(letter.key(), UTF_8).startsWith(input + "/"))
            .toList();
    assertThat(letters).hasSize(1);
    assertThat(DeadLetters.read(letters.getFirst().headers()).orElseThrow().code())
        .isEqualTo(ErrorCode.SEND_FAILED.code());
    assertThat(requests.decode(letters.getFirst().value()).getText()).isEqualTo(longText());
  }

  @Test
  void theLagOfAPartitionThatWentIsNotReportedAnyMore() {
    route();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    worker(options("a", VectorType.FP32), registry).start();
    await()
        .atMost(PATIENCE)
        .until(() -> registry.find("isogloss.worker.lag").gauges().size() == PARTITIONS);
    start("b", VectorType.FP32);
    await()
        .atMost(PATIENCE)
        .until(() -> registry.find("isogloss.worker.lag").gauges().size() == PARTITIONS / 2);
  }

  @Test
  void whatIsInFlightIsBoundedWhileTheEncoderHangsAndTheGroupIsKept() {
    route();
    encoder.hangOn("hang");
    send("hang", "de", List.of(View.CROSS_LINGUAL));
    int total = 5000;
    for (int i = 0; i < total; i++) {
      send("sentence " + i, "de", List.of(View.CROSS_LINGUAL));
    }
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    EncoderWorker worker =
        worker(
            options("a", VectorType.FP32)
                .withBounds(500, 1 << 20, 100)
                .withTimeouts(Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(2)),
            registry);
    worker.start();
    // Far longer than the session: the poll thread goes on.
    await().pollDelay(Duration.ofSeconds(5)).atMost(PATIENCE).until(() -> true);
    assertThat(worker.failure()).isNotDone();
    assertThat(registry.get("isogloss.worker.windows").gauge().value()).isBetween(1.0, 12.0);
    encoder.release("hang");
    awaitDone();
    assertEachExactlyOnce(total + 1);
    assertThat(registry.get("isogloss.worker.discarded").counter().count()).isZero();
  }

  @Test
  void anEncoderThatFailsOnEverythingStopsTheWorkerAndLosesNothing() {
    route();
    encoder.breakDown(true);
    EncoderWorker worker = start("a", VectorType.FP32);
    send("one", "de", List.of(View.CROSS_LINGUAL));
    await().atMost(PATIENCE).until(() -> worker.failure().isDone());
    assertThat(read(output)).isEmpty();
    encoder.breakDown(false);
    worker.close();
    start("a", VectorType.FP32);
    awaitDone();
    assertEachExactlyOnce(1);
  }

  @Test
  void closingDrainsWhatIsInFlight() {
    route();
    for (int i = 0; i < 300; i++) {
      send("sentence " + i, "de", List.of(View.CROSS_LINGUAL));
    }
    EncoderWorker worker = start("a", VectorType.FP32);
    await().atMost(PATIENCE).until(() -> committed() > 0);
    assertThatCode(worker::close).doesNotThrowAnyException();
    assertThat(read(output)).hasSize((int) committed());
  }

  private void route() {
    routes++;
    input = "requests-" + routes;
    output = "vectors-" + routes;
    sent = 0;
    TopicAdmin.createMissing(
        settings,
        new TopicPlan(
            List.of(
                TopicPlan.log(input, PARTITIONS, 1 << 20),
                TopicPlan.log(output, PARTITIONS, 1 << 20)),
            TopicPlan.CLUSTER_DEFAULT));
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
      lettersBefore = consumer.endOffsets(partitions(Topics.DEAD_LETTERS), Duration.ofSeconds(30));
    }
  }

  private WorkerOptions options(String slot, VectorType type) {
    WorkerOptions defaults = WorkerOptions.defaults(slot);
    return defaults
        .withRoute("group-" + routes, input, output)
        .withVectorType(type)
        .withBatches(new BatchPolicy(256, Duration.ofMillis(5), 64, BatchCost.PACKED))
        .withBounds(1000, defaults.bounds().bytes(), 100)
        .withTimeouts(Duration.ofSeconds(6), Duration.ofSeconds(10), Duration.ofSeconds(5));
  }

  private EncoderWorker start(String slot, VectorType type) {
    EncoderWorker worker = worker(options(slot, type), new SimpleMeterRegistry());
    worker.start();
    return worker;
  }

  private EncoderWorker worker(WorkerOptions options, SimpleMeterRegistry registry) {
    EncoderWorker worker = new EncoderWorker(options, settings, encoder, registry);
    workers.add(worker);
    return worker;
  }

  private void send(String text, String language, List<View> views) {
    long number = sent++;
    String id = input + "/" + number;
    EncodeRequest request =
        EncodeRequest.newBuilder()
            .setId(id)
            .setText(text)
            .setLanguage(language)
            .setViews(views)
            .setScope("")
            .setSource(input)
            .setOrigin(new Origin(Topics.SENTENCES, 0, number))
            .build();
    producer.send(
        new ProducerRecord<>(
            input, (int) (number % PARTITIONS), id.getBytes(UTF_8), requests.encode(request)));
  }

  private void awaitDone() {
    producer.flush();
    await().atMost(PATIENCE).until(() -> committed() == sent);
  }

  private long committed() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings.consumer("group-" + routes))) {
      return consumer
          .committed(Set.copyOf(partitions(input)), Duration.ofSeconds(30))
          .values()
          .stream()
          .mapToLong(offset -> Optional.ofNullable(offset).map(o -> o.offset()).orElse(0L))
          .sum();
    }
  }

  /** How many partitions the worker of this slot has, as the coordinator sees it. */
  private int owned(String slot) throws Exception {
    String group = "group-" + routes;
    try (Admin admin = Admin.create(settings.admin())) {
      return Objects.requireNonNull(
              admin.describeConsumerGroups(List.of(group)).describedGroups().get(group))
          .get()
          .members()
          .stream()
          .filter(member -> member.clientId().equals(group + "-" + slot))
          .mapToInt(member -> member.assignment().topicPartitions().size())
          .sum();
    }
  }

  private static String longText() {
    return "word ".repeat(2000).strip();
  }

  private static List<TopicPartition> partitions(String topic) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int p = 0; p < PARTITIONS; p++) {
      partitions.add(new TopicPartition(topic, p));
    }
    return partitions;
  }

  private void assertEachExactlyOnce(int total) {
    Map<String, Integer> seen = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(output)) {
      seen.merge(new String(record.key(), UTF_8), 1, Integer::sum);
    }
    assertThat(seen).as("seed %d", SEED).hasSize(total);
    assertThat(seen.values()).as("seed %d", SEED).containsOnly(1);
  }

  private List<ConsumerRecord<byte[], byte[]>> lettersOfThisRoute() {
    return read(Topics.DEAD_LETTERS).stream()
        .filter(
            letter ->
                letter.offset()
                    >= lettersBefore.getOrDefault(
                        new TopicPartition(letter.topic(), letter.partition()), 0L))
        .toList();
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
      List<TopicPartition> partitions = partitions(topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, Duration.ofSeconds(30));
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(50)).forEach(all::add);
      }
    }
    return all;
  }
}
