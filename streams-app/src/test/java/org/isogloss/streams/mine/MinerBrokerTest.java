package org.isogloss.streams.mine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.encoder.engine.SimilarityKind;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.CommittedRecords;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.mining.MiningOptions;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.deadletter.Stage;
import org.isogloss.streams.send.SentenceSender;
import org.isogloss.streams.send.SentenceSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sealing, mining and reading through a real broker. */
class MinerBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int SCOPE_PARTITIONS = 2;

  @TempDir static Path directory;
  private static EmbeddedBroker broker;
  private static KafkaSettings settings;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(directory.resolve("broker"));
    settings = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(settings, TopicPlan.standard(3, SCOPE_PARTITIONS));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static Path stateDirectory() {
    return directory.resolve("state");
  }

  private static Miner miner(PairSearch search) {
    Miner miner =
        new Miner(MinerOptions.in(stateDirectory()), settings, new SimpleMeterRegistry(), search);
    miner.start();
    return miner;
  }

  private static void send(String scope, String language, String name, List<String> lines) {
    byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    try (SentenceSender sender = SentenceSender.connect(settings)) {
      sender.send(
          new SentenceSource(
              name, Optional.of(language), scope, () -> new ByteArrayInputStream(text)),
          Optional.empty(),
          count -> {});
    }
  }

  private static List<String> lines(String stem, int count) {
    return Stream.iterate(0, i -> i + 1).limit(count).map(i -> stem + " " + i).toList();
  }

  private static List<Item> embed(String scope, List<Item> before) {
    return new FakeEncoder(settings, SCOPE_PARTITIONS).embed(scope, before, MinerBrokerTest::noisy);
  }

  /** Sentences with the same number mean nearly the same. */
  private static Optional<float[]> noisy(Sentence sentence) {
    String text = sentence.getText();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Random meaning = new Random(text.substring(text.indexOf(' ')).hashCode());
    Random noise = new Random(sentence.getId().hashCode());
    float[] vector = new float[16];
    for (int d = 0; d < vector.length; d++) {
      vector[d] = (float) (meaning.nextGaussian() + 0.4 * noise.nextGaussian());
    }
    return Optional.of(vector);
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
      new CommittedRecords(consumer, CommittedRecords.partitionsOf(consumer, topic))
          .forEach(records::add, CommittedRecords.Progress.NONE);
    }
    return records;
  }

  private static long bitextRecords(String scope) {
    return records(Topics.BITEXT).stream()
        .filter(record -> BitextKey.parse(record.key()).orElseThrow().scope().equals(scope))
        .count();
  }

  private static List<Item.Found> found(String scope) {
    return new ScopeReader(settings)
        .await(scope, PATIENCE).pairs().stream().map(Item.Found::of).toList();
  }

  @Test
  void whatIsSentSealedAndMinedEqualsTheBatch() {
    send("whole", "de", "de.txt", lines("Satz", 40));
    send("whole", "tr", "tr.txt", lines("cümle", 3));
    send("whole", "en", "en.txt", lines("sentence", 50));
    // Again from the start, as after a crash: the ids repeat, and the first ones count.
    send("whole", "en", "en.txt", List.of("sentence 0", "sentence 1"));
    send("whole", "en", "blank.txt", List.of(""));
    send("other", "en", "other.txt", lines("sentence", 5));
    List<Item> items = embed("whole", List.of());

    try (Miner miner =
        new Miner(MinerOptions.in(stateDirectory()), settings, new SimpleMeterRegistry())) {
      miner.start();
      List<Long> progress = new ArrayList<>();
      Seal seal = new Sealer(settings).seal("whole", (read, total) -> progress.add(read));
      assertThat(seal.getCount()).isEqualTo(96);
      assertThat(seal.getEndOffsets()).hasSize(3);
      assertThat(progress).isNotEmpty().isSorted();

      send("whole", "de", "late.txt", List.of("Satz 7"));
      List<Item> withLate = embed("whole", items);
      Place late = withLate.getLast().place();
      assertThat(new Sealer(settings).seal("whole")).isEqualTo(seal);

      ScopePairs result = new ScopeReader(settings).await("whole", PATIENCE);
      Item.Found.assertEqual(
          "whole", result.pairs().stream().map(Item.Found::of).toList(), Item.batch(items));
      assertThat(result.sealed().getSentences()).isEqualTo(96);
      assertThat(result.sealed().getEmbedded()).isEqualTo(95);
      assertThat(result.sealed().getDeadLetters()).isEqualTo(1);
      assertThat(result.sealed().getLanguagePairs()).containsExactly("de-en", "tr-en");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(records(Topics.DEAD_LETTERS))
                      .map(record -> DeadLetters.read(record.headers()).orElseThrow())
                      .filteredOn(letter -> letter.stage() == Stage.MINE)
                      .filteredOn(letter -> letter.scope().equals("whole"))
                      .extracting(DeadLetter::code, DeadLetter::origin)
                      .containsExactly(tuple(ErrorCode.SCOPE_SEALED.code(), late.origin())));
      assertThat(miner.failure()).isNotDone();
    }
  }

  @Test
  void goldenVectorsGiveTheOraclesPairs() throws IOException {
    JsonNode golden;
    try (InputStream in = MinerBrokerTest.class.getResourceAsStream("golden.json")) {
      golden = new ObjectMapper().readTree(in);
    }
    for (String language : List.of("en", "de", "am")) {
      send("golden", language, language, lines("row", golden.at("/vectors/" + language).size()));
    }
    new FakeEncoder(settings, SCOPE_PARTITIONS)
        .embed(
            "golden",
            List.of(),
            sentence -> {
              int row = Integer.parseInt(sentence.getText().substring("row ".length()));
              JsonNode values =
                  golden.at("/vectors/" + sentence.getLanguage().orElseThrow()).get(row);
              float[] vector = new float[values.size()];
              for (int d = 0; d < vector.length; d++) {
                vector[d] = (float) values.get(d).asDouble();
              }
              return Optional.of(vector);
            });
    new Sealer(settings).seal("golden");
    try (Miner miner =
        new Miner(
            MinerOptions.in(stateDirectory()).withSimilarity(SimilarityKind.TORCH),
            settings,
            new SimpleMeterRegistry())) {
      miner.start();
      ScopePairs result = new ScopeReader(settings).await("golden", PATIENCE);

      for (String language : List.of("de", "am")) {
        List<JsonNode> expected = new ArrayList<>();
        golden.at("/pairs/" + language).forEach(expected::add);
        var mined =
            result.pairs().stream()
                .filter(pair -> pair.getSourceLanguage().equals(language))
                .toList();
        assertThat(mined).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
          assertThat(mined.get(i).getMargin())
              .isCloseTo(expected.get(i).get(0).asDouble(), within(1e-5));
          assertThat(mined.get(i).getSourceId())
              .isEqualTo(id(language, expected.get(i).get(1).asInt()));
          assertThat(mined.get(i).getTargetId())
              .isEqualTo(id("en", expected.get(i).get(2).asInt()));
        }
      }
    }
  }

  private static String id(String name, int row) {
    return String.format(Locale.ROOT, "%s:%09d", name, row + 1);
  }

  @Test
  void aMinerStoppedInASearchAndRobbedOfItsStateBeginsThePairAnew() throws Exception {
    send("robbed", "de", "de.txt", lines("Satz", 30));
    send("robbed", "en", "en.txt", lines("sentence", 30));
    List<Item> items = embed("robbed", List.of());
    new Sealer(settings).seal("robbed");
    Stuck stuck = new Stuck();
    try (Miner miner = miner(stuck)) {
      stuck.begun.await();
      await().atMost(PATIENCE).until(miner::isRunning);
    }
    wipe(stateDirectory());
    try (Miner miner = miner(new BatchOracle())) {
      Item.Found.assertEqual("robbed", found("robbed"), Item.batch(items));
      assertThat(bitextRecords("robbed")).isEqualTo(31);
      assertThat(miner.failure()).isNotDone();
    }
  }

  @Test
  void aMinerStoppedWhileItWritesGoesOnWithoutAGapOrADouble() throws Exception {
    int rows = 3000;
    send("writing", "de", "de.txt", lines("Satz", rows));
    send("writing", "en", "en.txt", lines("sentence", rows));
    embed("writing", List.of());
    new Sealer(settings).seal("writing");
    PausingRegistry pausing = new PausingRegistry();
    Miner first = new Miner(shortSlices(), settings, pausing, new Diagonal());
    first.start();
    pausing.thirdChunk.await();
    Thread closing = Thread.ofVirtual().start(first::close);
    await().atMost(PATIENCE).until(() -> !first.isRunning());
    pausing.goOn.countDown();
    closing.join();
    assertThat(bitextRecords("writing")).isPositive().isLessThan(rows);
    wipe(stateDirectory());

    try (Miner second = miner(new Diagonal())) {
      assertThat(found("writing"))
          .extracting(Item.Found::source)
          .doesNotHaveDuplicates()
          .hasSize(rows);
      assertThat(bitextRecords("writing")).isEqualTo(rows + 1);
      assertThat(second.failure()).isNotDone();
    }
  }

  /** Slices that write a few chunks at most. */
  private static MinerOptions shortSlices() {
    return new MinerOptions(
        MinerOptions.APPLICATION_ID,
        stateDirectory(),
        PairSelection.DEFAULT,
        MiningOptions.DEFAULT,
        Duration.ofMillis(3),
        Optional.empty(),
        SimilarityKind.SIMD);
  }

  /** Holds the miner up when it has written its third chunk of pairs. */
  private static final class PausingRegistry extends SimpleMeterRegistry {
    final CountDownLatch thirdChunk = new CountDownLatch(3);
    final CountDownLatch goOn = new CountDownLatch(1);

    @Override
    protected Counter newCounter(Meter.Id id) {
      return id.getName().equals("isogloss.miner.pairs") ? new Pausing(id) : super.newCounter(id);
    }

    private final class Pausing extends AbstractMeter implements Counter {
      Pausing(Meter.Id id) {
        super(id);
      }

      @Override
      public void increment(double amount) {
        thirdChunk.countDown();
        if (thirdChunk.getCount() == 0) {
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      }

      @Override
      public double count() {
        return 0;
      }
    }
  }

  @Test
  void anIdleScopeIsSealedByTheMiner() {
    send("idle", "de", "de.txt", lines("Satz", 5));
    send("idle", "en", "en.txt", lines("sentence", 5));
    MinerOptions options = MinerOptions.in(stateDirectory()).withIdleSeal(Duration.ofMillis(500));
    try (Miner miner = new Miner(options, settings, new SimpleMeterRegistry(), new BatchOracle())) {
      miner.start();
      List<Item> items = embed("idle", List.of());
      Item.Found.assertEqual("idle", found("idle"), Item.batch(items));
      assertThat(miner.failure()).isNotDone();
    }
  }

  @Test
  void aSealCountsWhatTheRouterCanAttribute() {
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
      Sentence sentence = Sentence.newBuilder().setId("x").setText("").setScope("odd").build();
      byte[] value = codec.encode(sentence);
      var _ = producer.send(new ProducerRecord<>(Topics.SENTENCES, null, value));
      var _ = producer.send(new ProducerRecord<>(Topics.SENTENCES, new byte[] {1}, value));
      var _ = producer.send(new ProducerRecord<>(Topics.SENTENCES, new byte[] {1}, null));
      var _ = producer.send(new ProducerRecord<>(Topics.SENTENCES, new byte[] {1}, new byte[] {2}));
    }
    assertThat(new Sealer(settings).seal("odd").getCount()).isEqualTo(2);
    assertThat(new Sealer(settings).seal("never sent").getCount()).isZero();
    assertThatThrownBy(() -> new Sealer(settings).seal(""))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_OPTION));
  }

  @Test
  void waitingForAScopeThatIsNotSealedEndsInTime() {
    assertThatThrownBy(() -> new ScopeReader(settings).await("unknown", Duration.ofMillis(300)))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMED_OUT));
  }

  private static void wipe(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** A search that does not end before it is cancelled. */
  private static final class Stuck implements PairSearch {
    final CountDownLatch begun = new CountDownLatch(1);
    private final BatchOracle oracle = new BatchOracle();

    @Override
    public Vectors allocate(int rows, int dimension) {
      return oracle.allocate(rows, dimension);
    }

    @Override
    public List<RowPair> search(Vectors source, Vectors target, BooleanSupplier cancelled) {
      begun.countDown();
      while (!cancelled.getAsBoolean()) {
        LockSupport.parkNanos(1_000_000);
      }
      return List.of();
    }
  }

  /** Pairs row i with row i: of interest is how they are written. */
  private static final class Diagonal implements PairSearch {
    private final BatchOracle oracle = new BatchOracle();
    private int rows;

    @Override
    public Vectors allocate(int count, int dimension) {
      rows = count;
      return oracle.allocate(count, dimension);
    }

    @Override
    public List<RowPair> search(Vectors source, Vectors target, BooleanSupplier cancelled) {
      return Stream.iterate(0, i -> i + 1).limit(rows).map(i -> new RowPair(1, 1, i, i)).toList();
    }
  }
}
