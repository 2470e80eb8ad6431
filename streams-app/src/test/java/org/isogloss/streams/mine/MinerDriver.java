package org.isogloss.streams.mine;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.LongSupplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.EndOffset;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.ScopeSealed;
import org.isogloss.schemas.record.Seal;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.deadletter.DeadLetter;
import org.isogloss.streams.deadletter.DeadLetters;
import org.isogloss.streams.deadletter.Stage;

/** The miner's topology without a broker, its searches on the calling thread. */
final class MinerDriver implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(30);
  private static final int MOST_TICKS = 100_000;

  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> embeddings;
  private final TestInputTopic<byte[], byte[]> deadLetters;
  private final TestInputTopic<byte[], byte[]> scopes;
  private final TestOutputTopic<byte[], byte[]> bitext;
  private final TestOutputTopic<byte[], byte[]> refused;
  final List<String> idleSealed = new ArrayList<>();
  final List<TestRecord<byte[], byte[]>> bitextRecords = new ArrayList<>();
  final List<TestRecord<byte[], byte[]>> refusedRecords = new ArrayList<>();

  MinerDriver(Path state) {
    this(MinerOptions.in(state), new BatchOracle(), System::nanoTime);
  }

  MinerDriver(MinerOptions options, PairSearch search, LongSupplier nanoClock) {
    MinerParts parts =
        MinerParts.of(
            options,
            WriterSchemas.ours(),
            search,
            Runnable::run,
            idleSealed::add,
            nanoClock,
            new MinerMeters(new SimpleMeterRegistry()));
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, options.applicationId());
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, options.stateDirectory().toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    driver = new TopologyTestDriver(MinerTopology.of(parts), properties);
    ByteArraySerializer out = new ByteArraySerializer();
    ByteArrayDeserializer in = new ByteArrayDeserializer();
    embeddings = driver.createInputTopic(Topics.EMBEDDINGS, out, out);
    deadLetters = driver.createInputTopic(Topics.DEAD_LETTERS, out, out);
    scopes = driver.createInputTopic(Topics.SCOPES, out, out);
    bitext = driver.createOutputTopic(Topics.BITEXT, in, in);
    refused = driver.createOutputTopic(Topics.DEAD_LETTERS, in, in);
  }

  void arrives(Item item) {
    arrives(item.embedding());
  }

  void arrives(Embedding embedding) {
    embeddings.pipeInput(
        embedding.getId().getBytes(StandardCharsets.UTF_8),
        AvroCodec.of(Embedding.class).encode(embedding));
  }

  void arrives(byte[] notAnEmbedding) {
    embeddings.pipeInput("key".getBytes(StandardCharsets.UTF_8), notAnEmbedding);
  }

  void isRefused(Stage stage, String scope, Place place) {
    Headers headers = new RecordHeaders();
    DeadLetters.write(
        new DeadLetter(stage, "ISO-101", "refused upstream", scope, place.origin()), headers);
    deadLetters.pipeInput(
        new TestRecord<>("key".getBytes(StandardCharsets.UTF_8), new byte[] {1}, headers));
  }

  void seal(String scope, long count, Map<Integer, Long> ends) {
    Seal seal =
        Seal.newBuilder()
            .setScope(scope)
            .setCount(count)
            .setEndOffsets(
                ends.entrySet().stream()
                    .map(end -> new EndOffset(end.getKey(), end.getValue()))
                    .toList())
            .build();
    scopes.pipeInput(scope.getBytes(StandardCharsets.UTF_8), AvroCodec.of(Seal.class).encode(seal));
  }

  void tick() {
    driver.advanceWallClockTime(TICK);
  }

  /** Lets time pass until the scope is sealed and cleared, and collects what came out. */
  MinerDriver settle(String scope) {
    for (int tick = 0; tick < MOST_TICKS; tick++) {
      if (step(scope) == Step.DONE) {
        collect();
        return this;
      }
      tick();
    }
    throw new AssertionError("the scope " + scope + " stays in " + step(scope));
  }

  MinerDriver settle() {
    for (int tick = 0; tick < 20; tick++) {
      tick();
    }
    collect();
    return this;
  }

  private void collect() {
    bitextRecords.addAll(bitext.readRecordsToList());
    refusedRecords.addAll(refused.readRecordsToList());
  }

  Step step(String scope) {
    byte[] state = store("scopes").get(StoreKey.of(scope).bytes());
    return state == null ? Step.COLLECTING : ScopeState.fromBytes(state).step();
  }

  long entries(String store) {
    try (KeyValueIterator<Bytes, byte[]> all = store(store).all()) {
      long count = 0;
      while (all.hasNext()) {
        all.next();
        count++;
      }
      return count;
    }
  }

  private KeyValueStore<Bytes, byte[]> store(String name) {
    return driver.getKeyValueStore(name);
  }

  List<Pair> pairs(String scope) {
    return bitextRecords.stream()
        .filter(
            record ->
                BitextKey.parse(record.key()).orElseThrow() instanceof BitextKey.OfPair key
                    && key.scope().equals(scope))
        .map(record -> AvroCodec.of(Pair.class).decode(record.value()))
        .toList();
  }

  List<ScopeSealed> sealed(String scope) {
    return bitextRecords.stream()
        .filter(
            record ->
                BitextKey.parse(record.key()).orElseThrow().equals(new BitextKey.OfSealed(scope)))
        .map(record -> AvroCodec.of(ScopeSealed.class).decode(record.value()))
        .toList();
  }

  /** What the miner itself refused. */
  List<DeadLetter> refusals() {
    return refusedRecords.stream()
        .map(TestRecord::headers)
        .map(DeadLetters::read)
        .map(Optional::orElseThrow)
        .filter(letter -> letter.stage() == Stage.MINE)
        .toList();
  }

  @Override
  public void close() {
    driver.close();
  }
}
