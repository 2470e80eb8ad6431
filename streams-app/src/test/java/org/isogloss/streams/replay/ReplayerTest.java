package org.isogloss.streams.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.isogloss.error.ErrorCode;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.DeadLetterReplay;
import org.isogloss.schemas.record.EncodeRequest;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.record.View;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.deadletter.Stage;
import org.isogloss.streams.place.Placement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Letters written by hand, replayed over a real broker. Each test keeps to a scope of its own. */
class ReplayerTest {
  private static final int SCOPE_PARTITIONS = 2;
  private static final InstantSource NOON =
      InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
  private static final AvroCodec<Sentence> SENTENCES = AvroCodec.of(Sentence.class);
  private static final AvroCodec<EncodeRequest> REQUESTS = AvroCodec.of(EncodeRequest.class);

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static KafkaSettings kafka;
  private static long nextOffset = 1_000;

  @BeforeAll
  static void startTheBroker() {
    broker = EmbeddedBroker.start(folder);
    kafka = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(kafka, TopicPlan.standard(2, SCOPE_PARTITIONS));
  }

  @AfterAll
  static void stopTheBroker() {
    broker.close();
  }

  @Test
  void aRefusedSentenceIsSentAgainAsItWasAndNamesWhatItReplaces() {
    String scope = "as-it-was";
    Origin refused = origin();
    byte[] value = sentence("id-1", "Viel zu lang.", scope);
    write(
        letter(Stage.ROUTE, ErrorCode.TEXT_TOO_LONG, scope, refused, "id-1", value, "MONOLINGUAL"));

    assertThat(replay(scope)).isEqualTo(new ReplayReport(1, Map.of()));

    ConsumerRecord<byte[], byte[]> again = only(replacements(Set.of(refused)));
    assertThat(again.key()).isEqualTo("id-1".getBytes(UTF_8));
    assertThat(again.value()).isEqualTo(value);
    assertThat(TextHeaders.read(again.headers(), HeaderNames.VIEWS)).contains("MONOLINGUAL");
    try (LetterReader reader = LetterReader.open(kafka)) {
      DeadLetterReplay marker = reader.markers().of(refused).orElseThrow();
      assertThat(marker.getTimeMillis()).isEqualTo(NOON.millis());
      assertThat(marker.getActor()).isEqualTo("tester");
      assertThat(marker.getScope()).isEqualTo(scope);
      assertThat(marker.getDeadLetter().getTopic()).isEqualTo(Topics.DEAD_LETTERS);
    }
  }

  @Test
  void aRequestThatTheEncoderRefusedBecomesTheSentenceAgain() {
    String scope = "from-the-encoder";
    Origin refused = origin();
    EncodeRequest request =
        new EncodeRequest(
            "id-1",
            "Text.",
            "de",
            List.of(View.MONOLINGUAL, View.CROSS_LINGUAL),
            scope,
            "s",
            refused);
    write(
        letter(
            Stage.ENCODE,
            ErrorCode.ENCODING_FAILED,
            scope,
            refused,
            "id-1",
            REQUESTS.encode(request),
            null));

    assertThat(replay(scope).sent()).isEqualTo(1);

    ConsumerRecord<byte[], byte[]> again = only(replacements(Set.of(refused)));
    assertThat(SENTENCES.decode(again.value()))
        .isEqualTo(new Sentence("id-1", "Text.", "de", scope, "s"));
    assertThat(TextHeaders.read(again.headers(), HeaderNames.VIEWS))
        .contains("MONOLINGUAL,CROSS_LINGUAL");
  }

  @Test
  void replayingTwiceSendsNothingTheSecondTime() {
    String scope = "twice";
    Set<Origin> refused = refusedSentences(scope, 25);

    assertThat(replay(scope).sent()).isEqualTo(25);
    assertThat(replay(scope))
        .isEqualTo(new ReplayReport(0, Map.of(PassedOver.ALREADY_REPLAYED, 25L)));

    assertThat(replacements(refused)).hasSize(25);
  }

  @Test
  void twoLettersOfOneSentenceSendItOnce() {
    String scope = "two-letters";
    Origin refused = origin();
    byte[] value = sentence("id-1", "Text.", scope);
    write(letter(Stage.ROUTE, ErrorCode.TEXT_TOO_LONG, scope, refused, "id-1", value, null));
    write(letter(Stage.ROUTE, ErrorCode.TEXT_TOO_LONG, scope, refused, "id-1", value, null));

    assertThat(replay(scope))
        .isEqualTo(new ReplayReport(1, Map.of(PassedOver.ALREADY_REPLAYED, 1L)));
    assertThat(replacements(Set.of(refused))).hasSize(1);
  }

  @Test
  void whatAKilledReplayLeftOpenIsUndoneAndSentOnce() {
    String scope = "killed";
    Set<Origin> refused = refusedSentences(scope, 3);
    Origin half = refused.iterator().next();
    Map<String, Object> properties = kafka.producer(Replayer.TRANSACTIONAL_ID);
    // A producer that is never closed and never commits is what the broker sees of a killed one.
    Producer<byte[], byte[]> killed = new KafkaProducer<>(properties);
    killed.initTransactions();
    killed.beginTransaction();
    ProducerRecord<byte[], byte[]> sentence =
        new ProducerRecord<>(
            Topics.SENTENCES, "half".getBytes(UTF_8), sentence("half", "T.", scope));
    TextHeaders.put(sentence.headers(), HeaderNames.REPLACES, OriginText.format(half));
    await(killed, sentence);
    await(killed, ReplayMarkers.record(new DeadLetterReplay(half, half, scope, 1L, "killed")));

    assertThat(replay(scope).sent()).isEqualTo(3);

    assertThat(replacements(refused)).hasSize(3);
    killed.close(java.time.Duration.ZERO);
  }

  @Test
  void replaysSideBySideSendEachSentenceOnce() {
    String scope = "side-by-side";
    Set<Origin> refused = refusedSentences(scope, 120);
    ReplayOptions small = ReplayOptions.by("tester").withLettersATransaction(7);
    List<CompletableFuture<ReplayReport>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int i = 0; i < 3; i++) {
        running.add(
            CompletableFuture.supplyAsync(
                () -> new Replayer(kafka, NOON).replay(inScope(scope), small, sent -> {}),
                threads));
      }
    }
    running.forEach(each -> assertThat(each.join().sent()).isNotNegative());

    assertThat(replacements(refused)).hasSize(120);
    assertThat(replay(scope).sent()).isZero();
  }

  @Test
  void aSealedScopeTakesNothingAndAnotherScopeMayBeNamed() {
    String scope = "sealed";
    Origin refused = only(List.copyOf(refusedSentences(scope, 1)));
    write(
        new ProducerRecord<>(
            Topics.SCOPES,
            Placement.forScope(scope, scope, SCOPE_PARTITIONS),
            scope.getBytes(UTF_8),
            AvroCodec.of(Seal.class).encode(new Seal(scope, 1L, List.of()))));

    assertThat(replay(scope)).isEqualTo(new ReplayReport(0, Map.of(PassedOver.SCOPE_SEALED, 1L)));
    assertThat(replacements(Set.of(refused))).isEmpty();

    ReplayReport moved =
        new Replayer(kafka, NOON)
            .replay(inScope(scope), ReplayOptions.by("tester").intoScope("other"), sent -> {});
    assertThat(moved.sent()).isEqualTo(1);
    assertThat(SENTENCES.decode(only(replacements(Set.of(refused))).value()).getScope())
        .isEqualTo("other");
  }

  @Test
  void whatHasItsVectorOrIsOfAnotherRouteOrHoldsNothingIsPassedOver() {
    String scope = "passed-over";
    byte[] value = sentence("id", "Text.", scope);
    write(letter(Stage.MINE, ErrorCode.SCOPE_SEALED, scope, origin(), "id", value, null));
    write(
        letter(
            Stage.ROUTE,
            ErrorCode.BLANK_TEXT,
            scope,
            new Origin("isogloss.other", 0, 7L),
            "id",
            value,
            null));
    write(letter(Stage.ROUTE, ErrorCode.NULL_VALUE, scope, origin(), "id", null, null));
    byte[] large = sentence("id", "x".repeat((1 << 20) - 100), scope);
    write(letter(Stage.ROUTE, ErrorCode.TEXT_TOO_LONG, scope, origin(), "id", large, null));

    ReplayReport expected =
        new ReplayReport(
            0,
            Map.of(
                PassedOver.HAS_ITS_VECTOR, 1L,
                PassedOver.OF_ANOTHER_ROUTE, 1L,
                PassedOver.HOLDS_NO_SENTENCE, 1L,
                PassedOver.TOO_LARGE, 1L));
    assertThat(new Replayer(kafka, NOON).tryOut(inScope(scope), ReplayOptions.by("tester")))
        .isEqualTo(expected);
    assertThat(replay(scope)).isEqualTo(expected);
  }

  @Test
  void bytesThatCannotBeReadAreSentAsTheyAreButIntoNoOtherScope() {
    Origin refused = origin();
    byte[] json = "{\"text\": \"JSON\"}".getBytes(UTF_8);
    write(letter(Stage.ROUTE, ErrorCode.UNDECODABLE_RECORD, "", refused, "json", json, null));
    LetterFilter filter =
        new LetterFilter(
            Optional.of(Stage.ROUTE),
            Optional.of(ErrorCode.UNDECODABLE_RECORD.code()),
            Optional.of(""),
            Optional.empty(),
            Set.of());
    Replayer replayer = new Replayer(kafka, NOON);

    assertThat(replayer.replay(filter, ReplayOptions.by("tester").intoScope("x"), sent -> {}))
        .isEqualTo(new ReplayReport(0, Map.of(PassedOver.SCOPE_UNREADABLE, 1L)));
    assertThat(replayer.replay(filter, ReplayOptions.by("tester"), sent -> {}).sent()).isEqualTo(1);
    assertThat(only(replacements(Set.of(refused))).value()).isEqualTo(json);
  }

  @Test
  void aTrialChangesNothing() {
    String scope = "trial";
    Set<Origin> refused = refusedSentences(scope, 4);
    assertThat(new Replayer(kafka, NOON).tryOut(inScope(scope), ReplayOptions.by("tester")))
        .isEqualTo(new ReplayReport(4, Map.of()));
    assertThat(replacements(refused)).isEmpty();
  }

  private static ReplayReport replay(String scope) {
    return new Replayer(kafka, NOON).replay(inScope(scope), ReplayOptions.by("tester"), sent -> {});
  }

  private static LetterFilter inScope(String scope) {
    return new LetterFilter(
        Optional.empty(), Optional.empty(), Optional.of(scope), Optional.empty(), Set.of());
  }

  private static synchronized Origin origin() {
    return new Origin(Topics.SENTENCES, 1, nextOffset++);
  }

  private static byte[] sentence(String id, String text, String scope) {
    return SENTENCES.encode(new Sentence(id, text, "de", scope, "test"));
  }

  private static Set<Origin> refusedSentences(String scope, int count) {
    Map<Origin, ProducerRecord<byte[], byte[]>> letters = new HashMap<>();
    for (int i = 0; i < count; i++) {
      Origin refused = origin();
      String id = scope + i;
      letters.put(
          refused,
          letter(
              Stage.ROUTE,
              ErrorCode.TEXT_TOO_LONG,
              scope,
              refused,
              id,
              sentence(id, "Text " + i, scope),
              null));
    }
    letters.values().forEach(ReplayerTest::write);
    return Set.copyOf(letters.keySet());
  }

  private static ProducerRecord<byte[], byte[]> letter(
      Stage stage,
      ErrorCode code,
      String scope,
      Origin origin,
      String id,
      byte @Nullable [] value,
      @Nullable String views) {
    ProducerRecord<byte[], byte[]> record =
        DeadLetters.record(
            new DeadLetter(stage, code.code(), "as told", scope, origin),
            id.getBytes(UTF_8),
            value,
            SCOPE_PARTITIONS);
    if (views != null) {
      TextHeaders.put(record.headers(), HeaderNames.VIEWS, views);
    }
    return record;
  }

  private static void write(ProducerRecord<byte[], byte[]> record) {
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      await(producer, record);
    }
  }

  private static void await(
      Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
    try {
      RecordMetadata sent = producer.send(record).get();
      assertThat(sent.hasOffset()).isTrue();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The committed sentences that replace one of these. */
  private static List<ConsumerRecord<byte[], byte[]>> replacements(Set<Origin> refused) {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.consumer())) {
      new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, Topics.SENTENCES))
          .forEach(
              record -> {
                Optional<Origin> replaced =
                    TextHeaders.read(record.headers(), HeaderNames.REPLACES)
                        .flatMap(OriginText::parse);
                if (replaced.isPresent() && refused.contains(replaced.get())) {
                  found.add(record);
                }
              },
              CommittedRecords.Progress.NONE);
    }
    return found;
  }

  private static <T> T only(List<T> all) {
    assertThat(all).hasSize(1);
    return all.getFirst();
  }
}
