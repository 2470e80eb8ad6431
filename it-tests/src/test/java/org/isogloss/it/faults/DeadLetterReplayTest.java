package org.isogloss.it.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.error.ErrorCode;
import org.isogloss.it.process.JavaProcess;
import org.isogloss.it.replay.AuditReport;
import org.isogloss.it.replay.CommittedLog;
import org.isogloss.it.replay.ExactlyOnceAudit;
import org.isogloss.it.replay.ExpectedVectors;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.ScopeSealed;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.mine.ScopeReader;
import org.isogloss.streams.mine.Sealer;
import org.isogloss.streams.pipeline.PipelineOptions;
import org.isogloss.streams.pipeline.PipelineRunner;
import org.isogloss.streams.replay.LetterFilter;
import org.isogloss.streams.replay.PassedOver;
import org.isogloss.streams.replay.ReplayOptions;
import org.isogloss.streams.replay.ReplayReport;
import org.isogloss.streams.replay.Replayer;
import org.isogloss.streams.route.RouterOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sentences are refused, what refused them is mended, and they are sent again. */
class DeadLetterReplayTest {
  private static final Logger log = LoggerFactory.getLogger(DeadLetterReplayTest.class);
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final String SCOPE = "mended";
  private static final int STRICT_CHARACTERS = 50;
  private static final int GOOD = 20;
  private static final int TOO_LONG = 30;
  private static final int BREAKING = 5;
  private static final int FOREIGN = 4;
  private static final int REFUSED = TOO_LONG + BREAKING + FOREIGN;

  @TempDir private Path folder;

  @Test
  void whatWasRefusedEndsInExactlyOneVectorAfterTheMendHoweverOftenTheReplayIsKilled()
      throws Exception {
    RandomBackbone.write(folder.resolve("model"), RandomBackbone.Options.TINY);
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"));
        Backbone backbone = Backbone.open(folder.resolve("model"))) {
      KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
      TopicAdmin.createMissing(kafka, TopicPlan.standard());
      Schema foreign = withANote(Sentence.getClassSchema());
      AuditReport before;
      // Takes short texts only, and breaks on some.
      try (TorchEncoder within = encoder(backbone);
          PipelineRunner strict = start(kafka, STRICT_CHARACTERS, new BreakableEncoder(within))) {
        send(kafka, foreign);
        before = awaitTheEndOfAll(kafka);
        assertThat(strict.failure()).isNotDone();
      }
      assertThat(before.violations()).isEmpty();
      assertThat(before.refusedByCode())
          .isEqualTo(
              new TreeMap<>(
                  Map.of(
                      ErrorCode.TEXT_TOO_LONG.code(), TOO_LONG,
                      ErrorCode.ENCODING_FAILED.code(), BREAKING,
                      ErrorCode.UNKNOWN_SCHEMA.code(), FOREIGN)));
      assertThat(before.embeddings()).isEqualTo(GOOD);

      SchemaTopic.register(
          kafka.consumer(), kafka.producer(), List.of(foreign), Duration.ofSeconds(30));
      killedReplays(kafka);
      replaysSideBySide(kafka);

      try (PipelineRunner mended =
          start(kafka, RouterOptions.DEFAULT_MAX_CHARACTERS, encoder(backbone))) {
        // The auditor knows no schemas but ours; what it holds against the others is only that.
        assertThat(awaitTheEndOfAll(kafka).violations())
            .hasSize(FOREIGN)
            .allSatisfy(each -> assertThat(each).contains("a record that is no sentence"));
        assertEachRefusedOneHasOneReplacementWithOneVector(kafka);
        long records = CommittedLog.read(kafka.bootstrapServers(), Topics.SENTENCES).size();

        ReplayReport again =
            new Replayer(kafka, InstantSource.system())
                .replay(LetterFilter.ALL, ReplayOptions.by("again"), sent -> {});
        assertThat(again)
            .isEqualTo(new ReplayReport(0, Map.of(PassedOver.ALREADY_REPLAYED, (long) REFUSED)));
        assertThat(CommittedLog.read(kafka.bootstrapServers(), Topics.SENTENCES))
            .hasSize((int) records);

        // The seal counts the refused ones whose scope was known, and all replacements.
        int all = GOOD + TOO_LONG + BREAKING + REFUSED;
        assertThat(new Sealer(kafka).seal(SCOPE).getCount()).isEqualTo(all);
        ScopeSealed sealed = new ScopeReader(kafka).await(SCOPE, PATIENCE).sealed();
        assertThat(sealed.getEmbedded()).isEqualTo(GOOD + REFUSED);
        assertThat(sealed.getDeadLetters()).isEqualTo(TOO_LONG + BREAKING);
        assertThat(mended.failure()).isNotDone();
      }
    }
  }

  /**
   * Each is killed with kill -9 as soon as it has sent anything: within a transaction or after one,
   * as it comes.
   */
  private void killedReplays(KafkaSettings kafka) {
    for (int round = 0; round < 3; round++) {
      try (JavaProcess replay = replayProcess(kafka, "killed-" + round)) {
        Awaitility.await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(5))
            .until(() -> replay.output().contains("sent ") || !replay.isAlive());
        replay.kill();
      }
      log.info("{} sent again after kill {}", replacements(kafka).size(), round);
    }
  }

  private void replaysSideBySide(KafkaSettings kafka) {
    try (JavaProcess first = replayProcess(kafka, "first");
        JavaProcess second = replayProcess(kafka, "second")) {
      assertThat(first.awaitExit(PATIENCE)).as(first.output()).isZero();
      assertThat(second.awaitExit(PATIENCE)).as(second.output()).isZero();
    }
  }

  private JavaProcess replayProcess(KafkaSettings kafka, String name) {
    return JavaProcess.start(
            "replay-" + name,
            folder.resolve("logs"),
            "256m",
            ReplayProcess.class,
            List.of(kafka.bootstrapServers()))
        .awaitReady(PATIENCE);
  }

  private void assertEachRefusedOneHasOneReplacementWithOneVector(KafkaSettings kafka)
      throws IOException {
    Map<String, List<Origin>> byRefused = new TreeMap<>();
    replacements(kafka)
        .forEach(
            record ->
                byRefused
                    .computeIfAbsent(
                        TextHeaders.read(record.headers(), HeaderNames.REPLACES).orElseThrow(),
                        any -> new ArrayList<>())
                    .add(new Origin(record.topic(), record.partition(), record.offset())));
    Set<String> refused = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> letter :
        CommittedLog.read(kafka.bootstrapServers(), Topics.DEAD_LETTERS)) {
      refused.add(TextHeaders.read(letter.headers(), HeaderNames.ORIGIN).orElseThrow());
    }
    assertThat(refused).hasSize(REFUSED);
    assertThat(byRefused.keySet()).isEqualTo(refused);
    assertThat(byRefused.values()).allSatisfy(each -> assertThat(each).hasSize(1));
    assertThat(
            CommittedLog.read(kafka.bootstrapServers(), Topics.REPLAYS).stream()
                .collect(groupingBy(marker -> new String(marker.key(), UTF_8))))
        .hasSize(REFUSED)
        .allSatisfy((key, markers) -> assertThat(markers).hasSize(1));

    Map<String, Integer> vectors = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedLog.read(kafka.bootstrapServers(), Topics.EMBEDDINGS)) {
      Origin origin = Embedding.fromByteBuffer(ByteBuffer.wrap(record.value())).getOrigin();
      vectors.merge(OriginText.format(origin), 1, Integer::sum);
    }
    assertThat(vectors).hasSize(GOOD + REFUSED);
    byRefused
        .values()
        .forEach(each -> assertThat(vectors).containsEntry(OriginText.format(each.getFirst()), 1));
  }

  private static List<ConsumerRecord<byte[], byte[]>> replacements(KafkaSettings kafka) {
    Predicate<ConsumerRecord<byte[], byte[]>> replaces =
        record -> TextHeaders.read(record.headers(), HeaderNames.REPLACES).isPresent();
    return CommittedLog.read(kafka.bootstrapServers(), Topics.SENTENCES).stream()
        .filter(replaces)
        .toList();
  }

  private static TorchEncoder encoder(Backbone backbone) {
    return TorchEncoder.open(
        backbone, EncoderOptions.onCpu(RandomBackbone.Options.TINY.layers()).withThreads(1));
  }

  private PipelineRunner start(KafkaSettings kafka, int maxCharacters, SentenceEncoder encoder) {
    PipelineOptions all = PipelineOptions.all(folder.resolve("state"));
    RouterOptions router = all.router();
    return PipelineRunner.start(
        new PipelineOptions(
            all.roles(),
            new RouterOptions(
                router.applicationId(),
                router.input(),
                router.output(),
                router.threads(),
                maxCharacters,
                router.policy(),
                router.homes(),
                router.views(),
                router.stateDirectory()),
            all.worker(),
            all.miner(),
            all.restarts(),
            all.modules()),
        kafka,
        () -> encoder,
        new SimpleMeterRegistry());
  }

  private static void send(KafkaSettings kafka, Schema foreign) throws IOException {
    AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      for (int i = 0; i < GOOD; i++) {
        put(
            producer,
            "good-" + i,
            codec.encode(sentence("good-" + i, "Short and good " + i + ".")));
      }
      for (int i = 0; i < TOO_LONG; i++) {
        String text = "A long sentence about a long story, number " + i + ". ";
        put(producer, "long-" + i, codec.encode(sentence("long-" + i, text.repeat(3))));
      }
      for (int i = 0; i < BREAKING; i++) {
        String text = "Beware " + Poison.BREAKS + " of " + i;
        put(producer, "breaks-" + i, codec.encode(sentence("breaks-" + i, text)));
      }
      for (int i = 0; i < FOREIGN; i++) {
        put(producer, "foreign-" + i, foreign("foreign-" + i, foreign));
      }
      producer.flush();
    }
  }

  private static Sentence sentence(String id, String text) {
    return new Sentence(id, text, "en", SCOPE, "test");
  }

  private static void put(Producer<byte[], byte[]> producer, String id, byte[] value) {
    var _ = producer.send(new ProducerRecord<>(Topics.SENTENCES, id.getBytes(UTF_8), value));
  }

  private static byte[] foreign(String id, Schema schema) throws IOException {
    GenericRecord record = new GenericData.Record(schema);
    record.put("id", id);
    record.put("text", "Written by another program.");
    record.put("language", "en");
    record.put("scope", SCOPE);
    record.put("source", "test");
    record.put("note", "of which we know nothing");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema).encode(record, bytes);
    return bytes.toByteArray();
  }

  private static Schema withANote(Schema schema) {
    List<Schema.Field> fields = new ArrayList<>();
    schema.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    fields.add(new Schema.Field("note", Schema.create(Schema.Type.STRING)));
    return Schema.createRecord(schema.getName(), null, schema.getNamespace(), false, fields);
  }

  private static AuditReport awaitTheEndOfAll(KafkaSettings kafka) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> audit(kafka), report -> report.unfinished().isEmpty());
  }

  private static AuditReport audit(KafkaSettings kafka) {
    String servers = kafka.bootstrapServers();
    // The flow reversed: whatever is seen of the end is there in the beginning.
    List<ConsumerRecord<byte[], byte[]>> embeddings = CommittedLog.read(servers, Topics.EMBEDDINGS);
    List<ConsumerRecord<byte[], byte[]>> letters = CommittedLog.read(servers, Topics.DEAD_LETTERS);
    return ExactlyOnceAudit.of(
        CommittedLog.read(servers, Topics.SENTENCES), embeddings, letters, ExpectedVectors.ANY, 0);
  }
}
