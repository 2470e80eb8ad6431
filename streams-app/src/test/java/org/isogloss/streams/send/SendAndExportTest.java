package org.isogloss.streams.send;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.record.View;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.export.Exporter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes in by the sender and comes out by the exporter, through a real broker. */
class SendAndExportTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir static Path directory;
  private static EmbeddedBroker broker;
  private static KafkaSettings settings;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(directory.resolve("broker"));
    settings = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(settings, TopicPlan.standard(3, 2));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static List<JsonNode> export(String topic) {
    List<JsonNode> lines = new ArrayList<>();
    long told =
        new Exporter(settings)
            .export(topic, line -> lines.add(json(line)), CommittedRecords.Progress.NONE);
    assertThat(told).isEqualTo(lines.size());
    return lines;
  }

  private static JsonNode json(String line) {
    assertThat(line).doesNotContain("\n");
    try {
      return MAPPER.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonNode> sentencesOf(String source) {
    return export(Topics.SENTENCES).stream()
        .filter(line -> line.at("/value/source").asText().equals(source))
        .toList();
  }

  private static SendReport send(SentenceSource source) {
    try (SentenceSender sender = SentenceSender.connect(settings)) {
      return sender.send(source, Optional.empty(), count -> {});
    }
  }

  private static SentenceSource source(String name, byte[] text) {
    return new SentenceSource(name, Optional.of("de"), "day", () -> new ByteArrayInputStream(text));
  }

  @Test
  void everyLineBecomesASentenceWithAnIdOfItsSourceAndNumber() throws IOException {
    Path file = Files.writeString(directory.resolve("news.txt"), "Erste.\r\n\nDritte: ሰላም");
    SendReport report = send(SentenceSource.of(file, Optional.empty(), "day"));

    assertThat(report).isEqualTo(new SendReport(3, 0, List.of()));
    assertThat(sentencesOf("news.txt"))
        .extracting(
            line -> line.get("key").asText(),
            line -> line.at("/value/id").asText(),
            line -> line.at("/value/text").asText(),
            line -> line.at("/value/scope").asText(),
            line -> line.at("/value/language").isNull())
        .containsExactlyInAnyOrder(
            tuple("news.txt:000000001", "news.txt:000000001", "Erste.", "day", true),
            tuple("news.txt:000000002", "news.txt:000000002", "", "day", true),
            tuple("news.txt:000000003", "news.txt:000000003", "Dritte: ሰላም", "day", true));
  }

  @Test
  void sendingAgainRepeatsTheIds() {
    byte[] text = "eins\nzwei\n".getBytes(UTF_8);
    send(source("twice", text));
    send(source("twice", text));

    assertThat(sentencesOf("twice"))
        .extracting(line -> line.get("key").asText())
        .containsExactlyInAnyOrder(
            "twice:000000001", "twice:000000002", "twice:000000001", "twice:000000002");
  }

  @Test
  void aLineThatNoSentenceCanCarryIsToldAndTheOthersAreSent() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.writeBytes("gut\n".getBytes(UTF_8));
    text.writeBytes(new byte[] {'s', (byte) 0xFF, '\n'});
    text.writeBytes("x".repeat(600 << 10).getBytes(UTF_8));
    text.writeBytes("\nauch gut".getBytes(UTF_8));
    SendReport report = send(source("mixed", text.toByteArray()));

    assertThat(report).isEqualTo(new SendReport(2, 2, List.of(2L, 3L)));
    assertThat(sentencesOf("mixed"))
        .extracting(line -> line.at("/value/text").asText())
        .containsExactlyInAnyOrder("gut", "auch gut");
  }

  @Test
  void manyLinesAreCountedWhileTheyAreAcknowledged() {
    byte[] text =
        IntStream.range(0, 20_000)
            .mapToObj(i -> "Satz " + i)
            .collect(Collectors.joining("\n"))
            .getBytes(UTF_8);
    List<Long> counts = new ArrayList<>();
    try (SentenceSender sender = SentenceSender.connect(settings)) {
      assertThat(sender.send(source("many", text), Optional.of("MONOLINGUAL"), counts::add).sent())
          .isEqualTo(20_000);
    }
    assertThat(counts).isSorted().hasSizeGreaterThan(10).endsWith(20_000L);
    List<JsonNode> sent = sentencesOf("many");
    assertThat(sent).hasSize(20_000);
    assertThat(sent.getFirst().at("/headers/views").asText()).isEqualTo("MONOLINGUAL");
  }

  @Test
  void aMissingFileIsSaid() {
    SentenceSource missing =
        SentenceSource.of(directory.resolve("missing.txt"), Optional.empty(), "day");
    assertThatThrownBy(() -> send(missing))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_INPUT_FILE))
        .hasMessageContaining("missing.txt");
  }

  @Test
  void anEmbeddingIsExportedWithItsVectorAsNumbers() throws Exception {
    for (VectorType type : VectorType.values()) {
      Embedding embedding =
          Embedding.newBuilder()
              .setId("e" + type)
              .setLanguage("de")
              .setView(View.CROSS_LINGUAL)
              .setSpace("0".repeat(32))
              .setBackbone("b".repeat(64))
              .setLayers(8)
              .setLanguageModule(new ModuleVersion("language/de@1", "c".repeat(64)))
              .setAlignmentModule(null)
              .setDimension(3)
              .setType(type)
              .setVector(VectorBytes.encode(new float[] {0.5f, -0.25f, 0.1f}, type))
              .setTokens(4)
              .setTruncated(true)
              .setText("ein \"Satz\"")
              .setScope("day")
              .setSource("")
              .setOrigin(new Origin(Topics.SENTENCES, 1, 42L))
              .build();
      try (Producer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
        producer
            .send(
                new ProducerRecord<>(
                    Topics.EMBEDDINGS,
                    embedding.getId().getBytes(UTF_8),
                    AvroCodec.of(Embedding.class).encode(embedding)))
            .get();
      }
    }
    List<JsonNode> lines = export(Topics.EMBEDDINGS);
    assertThat(lines).hasSize(2);
    for (JsonNode line : lines) {
      assertThat(line.get("topic").asText()).isEqualTo(Topics.EMBEDDINGS);
      assertThat(line.get("timestamp").asLong()).isPositive();
      assertThat(line.get("record").asText()).isEqualTo("Embedding");
      JsonNode value = line.get("value");
      assertThat(value.get("vector")).hasSize(3);
      assertThat(value.at("/vector/0").asDouble()).isEqualTo(0.5);
      assertThat(value.at("/vector/1").asDouble()).isEqualTo(-0.25);
      assertThat((float) value.at("/vector/2").asDouble())
          .isEqualTo(
              value.get("type").asText().equals("FP32")
                  ? 0.1f
                  : Float.float16ToFloat(Float.floatToFloat16(0.1f)));
      assertThat(value.at("/languageModule/name").asText()).isEqualTo("language/de@1");
      assertThat(value.get("alignmentModule").isNull()).isTrue();
      assertThat(value.get("view").asText()).isEqualTo("CROSS_LINGUAL");
      assertThat(value.get("truncated").asBoolean()).isTrue();
      assertThat(value.at("/origin/offset").asLong()).isEqualTo(42);
      assertThat(value.get("text").asText()).isEqualTo("ein \"Satz\"");
    }
  }

  @Test
  void bytesThatMeanNothingAreExportedAsTheyAre() throws Exception {
    byte[] odd = {(byte) 0xC3, 1, (byte) 0xFF};
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(Topics.DEAD_LETTERS, new byte[] {(byte) 0x80}, odd);
      record.headers().add("stage", "route".getBytes(UTF_8)).add("raw", odd).add("none", null);
      producer.send(record).get();
      producer.send(new ProducerRecord<byte[], byte[]>(Topics.DEAD_LETTERS, null, null)).get();
    }
    List<JsonNode> lines = export(Topics.DEAD_LETTERS);
    JsonNode full = lines.stream().filter(line -> line.has("keyBase64")).findFirst().orElseThrow();
    assertThat(Base64.getDecoder().decode(full.get("keyBase64").asText())).containsExactly(0x80);
    assertThat(Base64.getDecoder().decode(full.get("valueBase64").asText())).isEqualTo(odd);
    assertThat(full.at("/headers/stage").asText()).isEqualTo("route");
    assertThat(Base64.getDecoder().decode(full.at("/headers/raw/base64").asText())).isEqualTo(odd);
    assertThat(full.at("/headers/none").isNull()).isTrue();
    JsonNode empty =
        lines.stream().filter(line -> !line.has("keyBase64")).findFirst().orElseThrow();
    assertThat(empty.get("key").isNull()).isTrue();
    assertThat(empty.get("value").isNull()).isTrue();
  }

  @Test
  void schemasAreExportedAsJson() {
    send(source("first", "x\n".getBytes(UTF_8)));
    assertThat(export(Topics.SCHEMAS))
        .extracting(line -> line.at("/value/name").asText())
        .contains("Sentence", "Embedding", "Pair", "Seal", "ScopeSealed");
  }

  @Test
  void aFollowingExportTellsWhatComesUntilItIsStopped() throws Exception {
    Exporter exporter = new Exporter(settings);
    List<String> lines = new CopyOnWriteArrayList<>();
    Thread following =
        Thread.ofVirtual().start(() -> exporter.follow(Topics.MODULE_EVENTS, lines::add));
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      for (int i = 1; i <= 3; i++) {
        producer.send(new ProducerRecord<>(Topics.MODULE_EVENTS, new byte[] {1}, null)).get();
        int sent = i;
        await().atMost(Duration.ofSeconds(30)).until(() -> lines.size() == sent);
      }
    }
    exporter.stop();
    assertThat(following.join(Duration.ofSeconds(30))).isTrue();
  }

  @Test
  void aMissingTopicIsSaid() {
    assertThatThrownBy(() -> export("isogloss.no-such-topic"))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TOPIC));
  }
}
