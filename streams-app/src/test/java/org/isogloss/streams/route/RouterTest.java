package org.isogloss.streams.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.kafka.TopicSpec;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.identify.Identification.Unidentified;
import org.isogloss.streams.identify.LanguageIdentifier;
import org.isogloss.streams.place.Placement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The router on a real broker. */
class RouterTest {
  private static final LanguageIdentifier NONE = text -> new Unidentified("not asked for");
  private static final AvroCodec<Sentence> SENTENCES = AvroCodec.of(Sentence.class);
  private static final AvroCodec<EncodeRequest> REQUESTS = AvroCodec.of(EncodeRequest.class);
  private static final List<String> LANGUAGES = List.of("de", "en", "fr", "tr", "am");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init")
  private static EmbeddedBroker broker;

  @SuppressWarnings("NullAway.Init")
  private static KafkaSettings settings;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(directory.resolve("broker"));
    settings = KafkaSettings.of(broker.bootstrapServers());
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void everyRecordIsRoutedOnceAcrossARestart() throws Exception {
    assertThatThrownBy(() -> router("too-early").start())
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TOPIC))
        .hasMessageContaining(Topics.SENTENCES);
    TopicAdmin.createMissing(settings, TopicPlan.standard());

    long seed = System.nanoTime();
    Random random = new Random(seed);
    int half = 1_000;
    try (Router router = router("one")) {
      router.start();
      assertThat(router.isRunning()).isTrue();
      send(random, 0, half);
      awaitRouted(half);
    }
    // Sent while nobody routes, some with a schema that the next router has never seen.
    send(random, half, 2 * half);
    int strangers = sendStrangers(2 * half);
    try (Router router = router("two")) {
      router.start();
      int all = 2 * half + strangers;
      awaitRouted(all);
      assertThat(router.failure()).isNotDone();
    }

    List<ConsumerRecord<byte[], byte[]>> requests = read(Topics.ENCODE_REQUESTS);
    List<ConsumerRecord<byte[], byte[]>> letters = read(Topics.DEAD_LETTERS);
    Set<String> origins = new HashSet<>();
    Map<String, Set<Integer>> homes = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> each : requests) {
      EncodeRequest request = REQUESTS.decode(each.value());
      assertThat(origins.add(OriginText.format(request.getOrigin()))).as("seed %d", seed).isTrue();
      homes.computeIfAbsent(request.getLanguage(), l -> new HashSet<>()).add(each.partition());
    }
    for (ConsumerRecord<byte[], byte[]> each : letters) {
      var letter = DeadLetters.read(each.headers()).orElseThrow();
      assertThat(origins.add(OriginText.format(letter.origin()))).as("seed %d", seed).isTrue();
      assertThat(each.partition()).isEqualTo(Placement.forScope("scope", idOf(each), 4));
    }
    assertThat(origins).hasSize(2 * half + strangers);
    assertThat(letters).isNotEmpty();
    assertThat(homes.values()).allSatisfy(used -> assertThat(used).hasSizeLessThanOrEqualTo(2));
    assertThat(homes.keySet()).containsAll(LANGUAGES);
  }

  @Test
  void topicsTooNarrowForWhatMayComeAreRefused() {
    TopicPlan narrow =
        new TopicPlan(
            List.of(
                TopicPlan.log("narrow.in", 1, 1 << 20),
                TopicPlan.log("narrow.out", 1, 1 << 20),
                TopicPlan.log(Topics.DEAD_LETTERS, 4, 4 << 20),
                TopicPlan.compacted(Topics.SCHEMAS, 1)),
            TopicPlan.CLUSTER_DEFAULT);
    TopicAdmin.createMissing(settings, narrow);
    RouterOptions plain = RouterOptions.defaults(directory.resolve("narrow"));
    RouterOptions options =
        new RouterOptions(
            "narrow",
            "narrow.in",
            "narrow.out",
            1,
            plain.maxCharacters(),
            plain.policy(),
            plain.homes(),
            plain.views(),
            plain.stateDirectory());
    try (Router router = new Router(options, settings, NONE, new SimpleMeterRegistry())) {
      assertThatThrownBy(router::start)
          .isInstanceOfSatisfying(
              IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TOPIC))
          .hasMessageContaining("narrow.out");
    }
  }

  @Test
  void topicsPlacedByScopeMustHaveEquallyManyPartitions() {
    TopicPlan plan =
        new TopicPlan(
            List.of(
                new TopicSpec(Topics.SCOPES, 4, Map.of()),
                new TopicSpec(Topics.BITEXT, 3, Map.of())),
            TopicPlan.CLUSTER_DEFAULT);
    try (EmbeddedBroker other = EmbeddedBroker.start(directory.resolve("other"))) {
      assertThatThrownBy(
              () -> TopicAdmin.createMissing(KafkaSettings.of(other.bootstrapServers()), plan))
          .isInstanceOfSatisfying(
              IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TOPIC));
    }
  }

  private static Router router(String name) {
    return new Router(
        RouterOptions.defaults(directory.resolve(name)), settings, NONE, new SimpleMeterRegistry());
  }

  private static void send(Random random, int from, int to) throws Exception {
    List<Future<?>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      for (int i = from; i < to; i++) {
        String id = "id-" + i;
        String language = LANGUAGES.get(random.nextInt(LANGUAGES.size()));
        // One in twenty is blank, and a dead letter.
        String text = random.nextInt(20) == 0 ? " " : "sentence " + i;
        byte[] value = SENTENCES.encode(new Sentence(id, text, language, "scope", "test"));
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    Topics.SENTENCES, id.getBytes(StandardCharsets.UTF_8), value)));
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
  }

  private static int sendStrangers(int from) throws Exception {
    Schema theirs =
        SchemaBuilder.record("Sentence")
            .namespace("org.isogloss.schemas.record")
            .fields()
            .requiredString("text")
            .requiredString("id")
            .requiredString("language")
            .requiredString("scope")
            .endRecord();
    SchemaTopic.register(settings.consumer(), settings.producer(), List.of(theirs), PATIENCE);
    int strangers = 10;
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      for (int i = from; i < from + strangers; i++) {
        GenericRecord sentence = new GenericData.Record(theirs);
        sentence.put("text", "theirs " + i);
        sentence.put("id", "id-" + i);
        sentence.put("language", "en");
        sentence.put("scope", "scope");
        byte[] value =
            new BinaryMessageEncoder<GenericRecord>(new GenericData(), theirs)
                .encode(sentence)
                .array();
        producer
            .send(
                new ProducerRecord<>(
                    Topics.SENTENCES, ("id-" + i).getBytes(StandardCharsets.UTF_8), value))
            .get();
      }
    }
    return strangers;
  }

  private static String idOf(ConsumerRecord<byte[], byte[]> letter) {
    return new String(letter.key(), StandardCharsets.UTF_8);
  }

  private static void awaitRouted(int records) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    int routed = 0;
    while (routed < records && System.nanoTime() - deadline < 0) {
      Thread.sleep(50);
      routed = read(Topics.ENCODE_REQUESTS).size() + read(Topics.DEAD_LETTERS).size();
    }
    assertThat(routed).isEqualTo(records);
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(20)).forEach(records::add);
      }
    }
    return records;
  }
}
