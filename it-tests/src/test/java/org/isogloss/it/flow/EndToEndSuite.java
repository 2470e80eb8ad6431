package org.isogloss.it.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.awaitility.Awaitility;
import org.isogloss.error.ErrorCode;
import org.isogloss.it.replay.AuditReport;
import org.isogloss.it.replay.CommittedLog;
import org.isogloss.it.replay.ExactlyOnceAudit;
import org.isogloss.it.replay.ExpectedVectors;
import org.isogloss.it.replay.Place;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.mining.BitextMiner;
import org.isogloss.mining.MinedPair;
import org.isogloss.mining.MiningOptions;
import org.isogloss.mining.SimdSimilarity;
import org.isogloss.mining.VectorMatrix;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Pair;
import org.isogloss.schemas.record.PairState;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.mine.ScopePairs;
import org.isogloss.streams.mine.ScopeReader;
import org.isogloss.streams.mine.Sealer;
import org.isogloss.streams.sample.AnswerKey;
import org.isogloss.streams.sample.SampleCorpus;
import org.isogloss.streams.sample.SamplePair;
import org.isogloss.streams.sample.SampleSentence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must hold over any cluster. The tests share one cluster and one pipeline, and keep apart by
 * their scopes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EndToEndSuite {
  private static final Logger log = LoggerFactory.getLogger(EndToEndSuite.class);
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final String PIVOT = "en";
  private static final long SEED = 20;
  private static final double SCORE_TOLERANCE = 1e-5;

  private final AvroCodec<Sentence> codec = AvroCodec.of(Sentence.class);
  private @Nullable KafkaSettings kafka;
  private @Nullable TinyPipeline pipeline;

  /** Called once, first; the folder is empty. */
  abstract KafkaSettings openCluster(Path folder);

  /** Called once, last. */
  abstract void closeCluster();

  @BeforeAll
  void start(@TempDir Path folder) {
    KafkaSettings opened = openCluster(folder.resolve("cluster"));
    kafka = opened;
    pipeline = TinyPipeline.start(opened, folder.resolve("pipeline"));
  }

  @AfterAll
  void stop() {
    try {
      if (pipeline != null) {
        pipeline.close();
      }
    } finally {
      closeCluster();
    }
  }

  @Test
  void theSampleCorpusComesOutAsVectorsAndAsThePairsOfTheBatchAlgorithm() {
    String scope = "sample";
    SampleCorpus corpus = SampleCorpus.load();
    List<SampleSentence> sentences = corpus.sentences(SEED);
    send(
        sentences.stream()
            .map(each -> sentence(each.id(), each.text(), each.language(), scope))
            .toList());
    // Refused ones belong to the scope too: it is complete when they are known to be refused.
    List<Place> refused =
        send(
            List.of(
                sentence("blank", " \t ", PIVOT, scope),
                sentence("bell", "A bell \u0007 rings.", PIVOT, scope)));
    int all = sentences.size() + refused.size();
    assertThat(new Sealer(cluster()).seal(scope).getCount()).isEqualTo(all);

    ScopePairs mined = new ScopeReader(cluster()).await(scope, PATIENCE);

    assertThat(mined.sealed().getSentences()).isEqualTo(all);
    assertThat(mined.sealed().getEmbedded()).isEqualTo(sentences.size());
    assertThat(mined.sealed().getDeadLetters()).isEqualTo(refused.size());
    assertThat(mined.sealed().getPairs()).isEqualTo(mined.pairs().size());
    assertThat(mined.sealed().getLanguagePairs()).hasSize(corpus.languages().size() - 1);
    assertEqualToTheBatchAlgorithm(corpus, mined, embeddingsByLanguage(scope));
    assertThat(audit().refused())
        .containsEntry(refused.getFirst(), ErrorCode.BLANK_TEXT.code())
        .containsEntry(refused.getLast(), ErrorCode.CONTROL_CHARACTER.code());
    assertEveryThingEndedExactlyOnce();
  }

  @Test
  void aSentenceAfterTheSealIsEncodedButNotMined() {
    String scope = "closed";
    send(
        List.of(
            sentence("closed-de", "Der Hund schläft unter dem Tisch.", "de", scope),
            sentence("closed-en", "The dog sleeps under the table.", "en", scope)));
    new Sealer(cluster()).seal(scope);
    ScopePairs mined = new ScopeReader(cluster()).await(scope, PATIENCE);

    Place late = send(List.of(sentence("late", "The cat is late.", "en", scope))).getFirst();

    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () ->
                committed(Topics.DEAD_LETTERS).stream()
                    .anyMatch(
                        record ->
                            header(record, "stage").equals("mine")
                                && header(record, "code").equals(ErrorCode.SCOPE_SEALED.code())
                                && header(record, "origin").equals(Topics.SENTENCES + "/" + late)));
    assertThat(embeddingsByLanguage(scope).getOrDefault("en", List.of()))
        .map(Embedding::getId)
        .containsExactlyInAnyOrder("closed-en", "late");
    assertThat(mined.sealed().getSentences()).isEqualTo(2);
    assertThat(mined.pairs())
        .singleElement()
        .satisfies(
            pair -> {
              assertThat(pair.getSourceId()).isEqualTo("closed-de");
              assertThat(pair.getTargetId()).isEqualTo("closed-en");
            });
    assertThat(new ScopeReader(cluster()).await(scope, PATIENCE).pairs()).isEqualTo(mined.pairs());
    assertEveryThingEndedExactlyOnce();
  }

  private static Sentence sentence(String id, String text, String language, String scope) {
    return new Sentence(id, text, language, scope, "end to end");
  }

  /** Sends to {@code isogloss.sentences}; where each stands there, in the order given. */
  private List<Place> send(List<Sentence> sentences) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(cluster().producer())) {
      for (Sentence each : sentences) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    Topics.SENTENCES, each.getId().getBytes(UTF_8), codec.encode(each))));
      }
    }
    return sent.stream()
        .map(Future::resultNow)
        .map(metadata -> new Place(metadata.partition(), metadata.offset()))
        .toList();
  }

  private void assertEveryThingEndedExactlyOnce() {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> audit().unfinished().isEmpty());
    assertThat(audit().violations()).isEmpty();
    assertThat(Objects.requireNonNull(pipeline).runner().failure()).isNotDone();
  }

  private AuditReport audit() {
    // The flow reversed: whatever is seen of the end is there in the beginning.
    List<ConsumerRecord<byte[], byte[]>> embeddings = committed(Topics.EMBEDDINGS);
    List<ConsumerRecord<byte[], byte[]>> deadLetters = committed(Topics.DEAD_LETTERS);
    return ExactlyOnceAudit.of(
        committed(Topics.SENTENCES), embeddings, deadLetters, ExpectedVectors.ANY, 0);
  }

  private static void assertEqualToTheBatchAlgorithm(
      SampleCorpus corpus, ScopePairs mined, Map<String, List<Embedding>> embeddings) {
    Map<String, List<Pair>> bySource =
        mined.pairs().stream().collect(groupingBy(Pair::getSourceLanguage));
    assertThat(mined.pairs())
        .allSatisfy(
            pair -> {
              assertThat(pair.getTargetLanguage()).isEqualTo(PIVOT);
              assertThat(pair.getState()).isEqualTo(PairState.CONFIRMED);
            });
    List<Embedding> target = embeddings.getOrDefault(PIVOT, List.of());
    for (String language : corpus.languages()) {
      if (language.equals(PIVOT)) {
        continue;
      }
      List<Embedding> source = embeddings.getOrDefault(language, List.of());
      Map<SamplePair, Double> expected = new HashMap<>();
      try (VectorMatrix x = matrix(source);
          VectorMatrix y = matrix(target)) {
        for (MinedPair pair :
            new BitextMiner(new SimdSimilarity()).mine(x, y, MiningOptions.DEFAULT)) {
          expected.put(
              new SamplePair(
                  source.get(pair.sourceRow()).getId(), target.get(pair.targetRow()).getId()),
              pair.score());
        }
      }
      Map<SamplePair, Double> found = new HashMap<>();
      for (Pair pair : bySource.getOrDefault(language, List.of())) {
        found.put(new SamplePair(pair.getSourceId(), pair.getTargetId()), pair.getMargin());
      }
      assertThat(expected).as(language).isNotEmpty();
      assertThat(found.keySet()).as(language).isEqualTo(expected.keySet());
      found.forEach(
          (pair, margin) ->
              assertThat(margin)
                  .as(pair.toString())
                  .isCloseTo(expected.getOrDefault(pair, Double.NaN), within(SCORE_TOLERANCE)));
      AnswerKey key = corpus.answerKey(language, PIVOT);
      log.info("{}-{} with random weights: {}", language, PIVOT, key.score(found.keySet()));
    }
  }

  /** Each language's embeddings of the scope in the order of their ids, as the miner's rows. */
  private Map<String, List<Embedding>> embeddingsByLanguage(String scope) {
    return committed(Topics.EMBEDDINGS).stream()
        .map(EndToEndSuite::embedding)
        .filter(each -> each.getScope().equals(scope))
        .sorted(Comparator.comparing(Embedding::getId))
        .collect(groupingBy(Embedding::getLanguage));
  }

  private static Embedding embedding(ConsumerRecord<byte[], byte[]> record) {
    try {
      return Embedding.fromByteBuffer(ByteBuffer.wrap(record.value()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static VectorMatrix matrix(List<Embedding> embeddings) {
    float[][] rows = new float[embeddings.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[embeddings.get(i).getDimension()];
      embeddings
          .get(i)
          .getVector()
          .duplicate()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(rows[i]);
    }
    return VectorMatrix.of(rows);
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  private List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    return CommittedLog.read(cluster().bootstrapServers(), topic);
  }

  private KafkaSettings cluster() {
    return Objects.requireNonNull(kafka, "no cluster");
  }
}
