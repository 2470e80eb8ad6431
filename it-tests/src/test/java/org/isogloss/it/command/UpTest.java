package org.isogloss.it.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.awaitility.Awaitility;
import org.isogloss.it.replay.AuditReport;
import org.isogloss.it.replay.CommittedLog;
import org.isogloss.it.replay.ExactlyOnceAudit;
import org.isogloss.it.replay.ExpectedVectors;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.send.SentenceSender;
import org.isogloss.streams.send.SentenceSource;
import org.isogloss.streams.worker.WorkerOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code up} on the embedded broker, and the commands that join it. The tests share one that runs;
 * the test that stops it comes last only to save a start.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UpTest {
  private static final Logger log = LoggerFactory.getLogger(UpTest.class);
  private static final int LAST = Integer.MAX_VALUE;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** On an idle machine it is ready within 15 s; this is what a busy one may take. */
  private static final Duration READY_BOUND = Duration.ofSeconds(90);

  @TempDir static Path folder;
  private static @Nullable CommandProcess running;

  private final Commands commands = new Commands(folder);
  private final String data = folder.resolve("data").toString();

  /** The one that runs, ready to work; started if there is none. */
  private CommandProcess up() {
    CommandProcess present = running;
    if (present != null && present.isAlive()) {
      return present;
    }
    long started = System.nanoTime();
    CommandProcess fresh = commands.start("up", "--data", data);
    running = fresh;
    String ready = fresh.awaitLine("ready: ");
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    log.info("up took {} ms from the start of its process; it says: {}", took.toMillis(), ready);
    assertThat(took).isLessThan(READY_BOUND);
    assertThat(ready).contains("roles router,encoder,miner");
    return fresh;
  }

  private String address() throws IOException {
    return Files.readString(folder.resolve("data/broker.address")).strip();
  }

  @AfterAll
  static void stop() {
    if (running != null) {
      running.close();
    }
  }

  @Test
  void itsAddressStandsInItsFolderAndASecondBrokerThereIsRefused() throws IOException {
    String ready = up().awaitLine("ready: ");
    assertThat(ready).startsWith("ready: " + address() + ",");
    DirectCommandsTest.assertFails(commands.run("up", "--data", data), 1, "ISO-302", address());
    assertThat(up().isAlive()).isTrue();
  }

  @Test
  void encodingThroughItGivesWhatDirectEncodingGives() throws IOException {
    up();
    Path file = Files.write(commands.path("lines.txt"), Texts.disorderly());
    for (String[] way : List.of(new String[] {"--direct"}, new String[] {"--data", data})) {
      List<String> arguments = new ArrayList<>(List.of("encode", "--in", file.toString()));
      arguments.addAll(List.of("--lang", "de", "--format", "npy", "--out"));
      arguments.add(commands.path(way[0] + ".npy").toString());
      arguments.addAll(List.of(way));
      commands.run(arguments.toArray(String[]::new)).requireSuccess();
    }
    EncodedArray direct = EncodedArray.read(commands.path("--direct.npy"));
    EncodedArray piped = EncodedArray.read(commands.path("--data.npy"));
    assertThat(piped.ids()).isEqualTo(direct.ids()).hasSize(Texts.DISORDERLY_FATES.size() + 1);
    for (int row = 0; row < direct.rows().size(); row++) {
      float[] expected = direct.rows().get(row);
      if (Float.isNaN(expected[0])) {
        assertThat(piped.rows().get(row)).containsOnly(Float.NaN);
      } else {
        assertThat(piped.rows().get(row)).containsExactly(expected, within(1e-5f));
      }
    }
  }

  @Test
  void languagesAreIdentifiedAndTheMonolingualViewIsGivenOnEitherWay() {
    up();
    String input =
        """
        Der Frühling kommt dieses Jahr ein wenig später als sonst.
        The train to the coast leaves every morning at half past seven.
        Моя сестра живёт в большом городе недалеко от моря.

        저는 내일 아침에 시장에 갈 거예요.
        """;
    List<EncodedLine> piped =
        EncodedLine.of(
            commands.runOn(
                input, "encode", "--in", "-", "--lang", "auto", "--view", "mono", "--data", data));
    assertThat(piped)
        .map(EncodedLine::codeOrLanguage)
        .containsExactly("de", "en", "ru", "ISO-101", "ko");
    assertThat(piped).first().satisfies(line -> assertThat(line.id()).isEqualTo("stdin:000000001"));
    assertThat(piped)
        .filteredOn(line -> !line.isRefused())
        .allSatisfy(line -> assertThat(line.json().path("view").asText()).isEqualTo("mono"));
    List<EncodedLine> direct =
        EncodedLine.of(
            commands.runOn(input, "encode", "--lang", "auto", "--view", "mono", "--direct"));
    DirectCommandsTest.assertSame(direct, piped);
  }

  @Test
  void whatIsSentAndSealedIsExportedAsThePairsThatMiningTheFilesGives() {
    up();
    String german = commands.file("de.txt", Texts.sample("de", 60));
    String english = commands.file("en.txt", Texts.sample("en", 50));
    for (String[] side : List.of(new String[] {"de", german}, new String[] {"en", english})) {
      commands
          .run("send", "--in", side[1], "--lang", side[0], "--scope", "news", "--data", data)
          .requireSuccess();
    }
    CommandProcess.Result sealed =
        commands.run("seal", "--scope", "news", "--data", data).requireSuccess();
    assertThat(sealed.out()).isEqualTo("news\t110%n".formatted());

    List<JsonNode> records = awaitSealed("news");
    List<JsonNode> pairs =
        records.stream()
            .filter(each -> each.path("record").asText().equals("Pair"))
            .map(each -> each.path("value"))
            .sorted(Comparator.comparing(each -> -each.path("margin").asDouble()))
            .toList();
    List<MinedLine> expected = MinedLine.mine(commands, german, english);
    assertThat(pairs).hasSameSizeAs(expected).hasSizeGreaterThan(5);
    Map<String, MinedLine> byIds =
        expected.stream()
            .collect(
                toMap(
                    each ->
                        "de.txt:%09d en.txt:%09d".formatted(each.sourceLine(), each.targetLine()),
                    each -> each));
    assertThat(pairs)
        .allSatisfy(
            pair -> {
              String ids = pair.path("sourceId").asText() + " " + pair.path("targetId").asText();
              assertThat(byIds).containsKey(ids);
              MinedLine mined = Objects.requireNonNull(byIds.get(ids));
              assertThat(pair.path("margin").asDouble()).isCloseTo(mined.score(), within(1e-5));
              assertThat(pair.path("sourceText").asText()).isEqualTo(mined.source());
              assertThat(pair.path("targetText").asText()).isEqualTo(mined.target());
              assertThat(pair.path("state").asText()).isEqualTo("CONFIRMED");
            });
  }

  /** What is exported of a scope, once its SEALED record is among it. */
  private List<JsonNode> awaitSealed(String scope) {
    List<JsonNode> records = new ArrayList<>();
    Awaitility.await()
        .atMost(CommandProcess.PATIENCE)
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              records.clear();
              CommandProcess.Result exported =
                  commands.run("export", "isogloss.bitext", "--format", "jsonl", "--data", data);
              for (String line : exported.requireSuccess().lines()) {
                JsonNode json = MAPPER.readTree(line);
                if (json.path("value").path("scope").asText().equals(scope)) {
                  records.add(json);
                }
              }
              return records.stream()
                  .anyMatch(each -> each.path("record").asText().equals("ScopeSealed"));
            });
    return records;
  }

  @Test
  void anUnknownTopicIsACodedFailure() {
    up();
    DirectCommandsTest.assertFails(
        commands.run("export", "no.such.topic", "--data", data), 1, "ISO-304", "no.such.topic");
  }

  @Test
  void aWorkerWhoseSlotIsTakenFromItIsStartedAgainAndSaysSo() throws IOException {
    CommandProcess up = up();
    KafkaSettings kafka = KafkaSettings.of(address());
    takeTheSlot(kafka);
    List<EncodedLine> lines =
        EncodedLine.of(commands.runOn("Eins.\nZwei.\n", "encode", "--lang", "de", "--data", data));
    assertThat(lines).map(EncodedLine::codeOrLanguage).containsExactly("de", "de");
    assertThat(up.err()).contains("the encoder stopped (ISO-305").contains("works again");
    assertThat(up.isAlive()).isTrue();
  }

  /** What a second worker of the same slot does first. */
  private static void takeTheSlot(KafkaSettings kafka) {
    String slot = WorkerOptions.DEFAULT_GROUP + "-0";
    try (Producer<byte[], byte[]> thief = new KafkaProducer<>(kafka.producer(slot))) {
      thief.initTransactions();
    }
  }

  /** Two that fight over a slot: one gives up, with the reason, before it helps nobody. */
  @Test
  @Tag("long")
  void aWorkerWhoseSlotIsTakenAgainAndAgainEndsItWithTheReason() throws IOException {
    Path fought = commands.path("fought");
    try (CommandProcess up = commands.start("up", "--data", fought.toString())) {
      up.awaitLine("ready: ");
      KafkaSettings kafka =
          KafkaSettings.of(Files.readString(fought.resolve("broker.address")).strip());
      try (SentenceSender sender = SentenceSender.connect(kafka)) {
        Awaitility.await()
            .atMost(CommandProcess.PATIENCE)
            .pollInterval(Duration.ofMillis(300))
            .until(
                () -> {
                  if (up.err().contains("stopped for good")) {
                    return true;
                  }
                  takeTheSlot(kafka);
                  sender.send(
                      new SentenceSource(
                          "fight",
                          Optional.of("de"),
                          "",
                          () -> new ByteArrayInputStream("Eins.\n".getBytes(UTF_8))),
                      Optional.empty(),
                      sent -> {});
                  return false;
                });
      }
      CommandProcess.Result ended = up.await();
      assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
      assertThat(ended.err()).contains("restart 5 of 5").contains("\nISO-305: ");
    }
  }

  /** Told to stop in the midst of encoding; whatever was sent stays, and ends exactly once. */
  @Test
  @Order(LAST)
  void toldToStopItDrainsAndEndsWellAndWhatWasSentIsEncodedOnce() throws IOException {
    CommandProcess up = up();
    String many =
        IntStream.range(0, 4_000).mapToObj(i -> "Satz Nummer " + i + ".").collect(joining("\n"));
    commands
        .runOn(many, "send", "--in", "-", "--source", "many", "--lang", "de", "--data", data)
        .requireSuccess();
    CommandProcess.Result stopped = up.terminate();
    assertThat(stopped.exitCode()).as(stopped.toString()).isZero();
    assertThat(folder.resolve("data/broker.address")).doesNotExist();

    up();
    Awaitility.await()
        .atMost(CommandProcess.PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> audit().unfinished().isEmpty());
    AuditReport audit = audit();
    log.info("{}", audit);
    assertThat(audit.violations()).isEmpty();
    assertThat(audit.sentences()).isGreaterThanOrEqualTo(4_000);
    CommandProcess.Result again = up().terminate();
    assertThat(again.exitCode()).as(again.toString()).isZero();
  }

  private AuditReport audit() throws IOException {
    String address = address();
    return ExactlyOnceAudit.of(
        CommittedLog.read(address, Topics.SENTENCES),
        CommittedLog.read(address, Topics.EMBEDDINGS),
        CommittedLog.read(address, Topics.DEAD_LETTERS),
        ExpectedVectors.ANY,
        0);
  }
}
