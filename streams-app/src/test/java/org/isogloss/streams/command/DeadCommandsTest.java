package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.deadletter.Stage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadCommandsTest {
  private static final long MARCH = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir static Path data;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void startTheBroker() throws Exception {
    broker = EmbeddedBroker.start(data);
    KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(kafka, TopicPlan.standard());
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      send(producer, Stage.ROUTE, ErrorCode.CONTROL_CHARACTER, "bell", "A \u0007 bell.", 0);
      send(producer, Stage.ROUTE, ErrorCode.TEXT_TOO_LONG, "long", "x".repeat(200), 1);
      send(producer, Stage.ROUTE, ErrorCode.BAD_LANGUAGE, "lang", "Wrong.", 2);
    }
  }

  private static void send(
      Producer<byte[], byte[]> producer,
      Stage stage,
      ErrorCode code,
      String id,
      String text,
      long day)
      throws InterruptedException, ExecutionException {
    byte[] value =
        AvroCodec.of(Sentence.class).encode(new Sentence(id, text, "de", "news", "test"));
    ProducerRecord<byte[], byte[]> placed =
        DeadLetters.record(
            new DeadLetter(
                stage, code.code(), "as told", "news", new Origin(Topics.SENTENCES, 0, day)),
            id.getBytes(UTF_8),
            value,
            TopicPlan.SCOPE_PARTITIONS);
    producer
        .send(
            new ProducerRecord<>(
                placed.topic(),
                placed.partition(),
                MARCH + day * 86_400_000L,
                placed.key(),
                placed.value(),
                placed.headers()))
        .get();
  }

  @AfterAll
  static void stopTheBroker() {
    broker.close();
  }

  private static TestTerminal terminal() {
    return new TestTerminal().environment("ISOGLOSS_DATA", data.toString());
  }

  private static List<JsonNode> list(String... options) throws IOException {
    TestTerminal terminal = terminal();
    List<String> arguments = new ArrayList<>(List.of("dead", "list", "--json"));
    arguments.addAll(List.of(options));
    assertThat(terminal.run(arguments.toArray(String[]::new))).as(terminal::err).isZero();
    List<JsonNode> letters = new ArrayList<>();
    for (String line : terminal.out().lines().toList()) {
      letters.add(MAPPER.readTree(line));
    }
    return letters;
  }

  @Test
  void lettersAreListedInTheOrderOfTheirTimesAndFiltered() throws IOException {
    assertThat(list())
        .map(letter -> letter.path("key").asText())
        .containsExactly("bell", "long", "lang");
    assertThat(list("--code", "ISO-108"))
        .map(letter -> letter.path("key").asText())
        .containsExactly("long");
    assertThat(list("--since", "2026-03-02"))
        .map(letter -> letter.path("key").asText())
        .containsExactly("long", "lang");
    assertThat(list("--limit", "1"))
        .map(letter -> letter.path("key").asText())
        .containsExactly("lang");
    assertThat(list("--stage", "encode")).isEmpty();
    assertThat(list("--scope", "other")).isEmpty();
    assertThat(list("--scope", "news")).hasSize(3);
    assertThat(list().getFirst().path("remedy").asText())
        .isEqualTo(ErrorCode.CONTROL_CHARACTER.remedy());
  }

  @Test
  void aTableNeverSteersTheTerminal() {
    TestTerminal terminal = terminal();
    assertThat(terminal.run("dead", "list")).as(terminal::err).isZero();
    assertThat(terminal.out()).contains("A \\u{7} bell.").doesNotContain("\u0007").contains("…");
    assertThat(terminal.out().lines()).allSatisfy(line -> assertThat(line.split("\t")).hasSize(7));
  }

  @Test
  void oneIsExplained() throws IOException {
    String place = list("--code", "ISO-108").getFirst().path("place").asText();
    TestTerminal terminal = terminal();
    assertThat(terminal.run("dead", "show", place.substring(place.indexOf('/') + 1)))
        .as(terminal::err)
        .isZero();
    assertThat(terminal.out())
        .contains(
            "ISO-108 TEXT_TOO_LONG",
            ErrorCode.TEXT_TOO_LONG.remedy(),
            "isogloss.sentences/0@1",
            "x".repeat(200),
            "stage = route",
            "replayed  no");
  }

  @Test
  void aPlaceWithoutALetterAndNoPlaceAtAllAreCodedFailures() {
    TestTerminal none = terminal();
    assertThat(none.run("dead", "show", "0@999999")).isEqualTo(1);
    assertThat(none.err()).startsWith("ISO-308: ");
    TestTerminal wrong = terminal();
    assertThat(wrong.run("dead", "show", "somewhere")).isEqualTo(1);
    assertThat(wrong.err()).startsWith("ISO-121: ");
  }

  @Test
  void whatIsReplayedIsSentOnceAndMarked() throws IOException {
    TestTerminal trial = terminal();
    assertThat(trial.run("dead", "replay", "--code", "ISO-113", "--dry-run"))
        .as(trial::err)
        .isZero();
    assertThat(trial.out()).isEqualTo("would be sent\t1%n".formatted());

    TestTerminal first = terminal();
    assertThat(first.run("dead", "replay", "--code", "ISO-113", "--actor", "ann"))
        .as(first::err)
        .isZero();
    assertThat(first.out()).isEqualTo("sent\t1%n".formatted());
    TestTerminal second = terminal();
    assertThat(second.run("dead", "replay", "--code", "ISO-113")).isZero();
    assertThat(second.out()).isEqualTo("sent\t0%npassed over\t1\tsent again before%n".formatted());

    JsonNode letter = list("--code", "ISO-113").getFirst();
    assertThat(letter.path("replayed").asBoolean()).isTrue();
    assertThat(letter.at("/replay/actor").asText()).isEqualTo("ann");
  }

  @Test
  void nothingIsReplayedUnlessItIsChosen() {
    TestTerminal terminal = terminal();
    assertThat(terminal.run("dead", "replay")).isEqualTo(2);
    assertThat(terminal.err()).contains("--all");
    assertThat(terminal().run("dead", "replay", "--all", "--code", "ISO-113")).isEqualTo(2);
  }

  @Test
  void timesAreAgesDatesOrInstants() {
    InstantSource noon = InstantSource.fixed(Instant.parse("2026-03-02T12:00:00Z"));
    assertThat(LetterOptions.instant("2h", noon)).isEqualTo(Instant.parse("2026-03-02T10:00:00Z"));
    assertThat(LetterOptions.instant("1d", noon)).isEqualTo(Instant.parse("2026-03-01T12:00:00Z"));
    assertThat(LetterOptions.instant("2026-03-01", noon))
        .isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
    assertThat(LetterOptions.instant("2026-03-01T01:00:00Z", noon))
        .isEqualTo(Instant.parse("2026-03-01T01:00:00Z"));
    assertThatThrownBy(() -> LetterOptions.instant("yesterday", noon))
        .isInstanceOf(IsoglossException.class);
  }
}
