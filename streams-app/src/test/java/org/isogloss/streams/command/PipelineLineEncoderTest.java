package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.Sentence;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.topic.HeaderNames;
import org.isogloss.schemas.topic.OriginText;
import org.isogloss.schemas.topic.TextHeaders;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker, and a worker that answers in disorder. */
class PipelineLineEncoderTest {
  @TempDir static Path data;
  private static EmbeddedBroker broker;
  private static KafkaSettings kafka;

  @BeforeAll
  static void startTheBroker() {
    broker = EmbeddedBroker.start(data);
    kafka = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(kafka, TopicPlan.standard());
  }

  @AfterAll
  static void stopTheBroker() {
    broker.close();
  }

  /** Answers sentences in batches, each shuffled; a text of "bad" with a dead letter. */
  private static final class DisorderlyWorker implements AutoCloseable {
    private final Random random = new Random(7);
    private final AvroCodec<Sentence> sentences = AvroCodec.of(Sentence.class);
    private final AvroCodec<Embedding> embeddings = AvroCodec.of(Embedding.class);
    private final Thread thread = Thread.ofPlatform().unstarted(this::run);
    private volatile boolean stopped;

    DisorderlyWorker() {
      thread.start();
    }

    private void run() {
      try (KafkaConsumer<byte[], byte[]> consumer =
              new KafkaConsumer<>(kafka.consumer("disorderly-" + System.nanoTime()));
          KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
        consumer.subscribe(List.of(Topics.SENTENCES));
        while (!stopped) {
          List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
          consumer.poll(Duration.ofMillis(50)).forEach(batch::add);
          Collections.shuffle(batch, random);
          batch.forEach(each -> producer.send(answer(each)));
        }
      }
    }

    private ProducerRecord<byte[], byte[]> answer(ConsumerRecord<byte[], byte[]> asked) {
      Sentence sentence = sentences.decode(asked.value());
      Origin origin = new Origin(asked.topic(), asked.partition(), asked.offset());
      if (sentence.getText().equals("bad")) {
        ProducerRecord<byte[], byte[]> letter =
            new ProducerRecord<>(Topics.DEAD_LETTERS, asked.key(), asked.value());
        TextHeaders.put(letter.headers(), HeaderNames.ORIGIN, OriginText.format(origin));
        TextHeaders.put(letter.headers(), HeaderNames.CODE, "ISO-208");
        TextHeaders.put(letter.headers(), HeaderNames.MESSAGE, "poison");
        return letter;
      }
      float[] vector = {sentence.getText().length(), 1};
      String view = TextHeaders.read(asked.headers(), HeaderNames.VIEWS).orElseThrow();
      Embedding embedding =
          Embedding.newBuilder()
              .setId(sentence.getId())
              .setLanguage("de")
              .setView(org.isogloss.schemas.record.View.valueOf(view))
              .setSpace("s")
              .setBackbone("b")
              .setLayers(1)
              .setDimension(2)
              .setType(VectorType.FP32)
              .setVector(VectorBytes.encode(vector, VectorType.FP32))
              .setTokens(3)
              .setTruncated(false)
              .setText(sentence.getText())
              .setScope("")
              .setSource("")
              .setOrigin(origin)
              .build();
      return new ProducerRecord<>(Topics.EMBEDDINGS, asked.key(), embeddings.encode(embedding));
    }

    @Override
    public void close() throws InterruptedException {
      stopped = true;
      thread.join();
    }
  }

  private static final class Collected implements ResultWriter {
    final List<LineResult> results = new ArrayList<>();

    @Override
    public void write(LineResult result) {
      results.add(result);
    }

    @Override
    public void close() {}
  }

  private static final LineEncoder.Task TASK =
      new LineEncoder.Task("in.txt", Optional.of("de"), View.MONOLINGUAL);

  private static InputLine line(int number, String text) {
    return new InputLine(number, text, Optional.empty());
  }

  @Test
  void resultsComeInTheOrderOfTheLinesWithRefusalsInPlace() throws Exception {
    List<InputLine> lines = new ArrayList<>();
    IntStream.rangeClosed(1, 3_000)
        .forEach(i -> lines.add(line(i, i % 100 == 0 ? "bad" : "x".repeat(i % 50 + 5))));
    Rejected notUtf8 = new Rejected(ErrorCode.INVALID_UTF8, "no");
    lines.set(6, new InputLine(7, "", Optional.of(notUtf8)));
    Collected collected = new Collected();
    long[] tokens = new long[1];
    try (DisorderlyWorker worker = new DisorderlyWorker();
        PipelineLineEncoder encoder = new PipelineLineEncoder(kafka, Duration.ofSeconds(30))) {
      encoder.encode(lines.iterator(), TASK, collected, (done, count) -> tokens[0] = count);
    }
    assertThat(collected.results).hasSize(3_000);
    for (int i = 0; i < 3_000; i++) {
      LineResult result = collected.results.get(i);
      assertThat(result.id()).isEqualTo("in.txt:%09d".formatted(i + 1));
      switch (result) {
        case LineResult.Vector vector -> {
          assertThat(vector.vector()[0]).isEqualTo((i + 1) % 50 + 5);
          assertThat(vector.view()).isEqualTo(View.MONOLINGUAL);
        }
        case LineResult.Refusal refusal ->
            assertThat(refusal.code()).isEqualTo(i == 6 ? "ISO-105" : "ISO-208");
      }
    }
    assertThat(collected.results).filteredOn(LineResult.Refusal.class::isInstance).hasSize(31);
    assertThat(tokens[0]).isEqualTo(3 * (3_000 - 31));
  }

  @Test
  void itGivesUpWithACodeWhenNothingComesBack() {
    try (PipelineLineEncoder encoder = new PipelineLineEncoder(kafka, Duration.ofMillis(300))) {
      List<InputLine> lines = List.of(line(1, "anybody?"));
      assertThatThrownBy(
              () -> encoder.encode(lines.iterator(), TASK, new Collected(), (done, count) -> {}))
          .isInstanceOfSatisfying(
              IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMED_OUT));
    }
  }

  @Test
  void itEndsWithThePipelinesOwnReasonWhenThatFails() {
    IsoglossException fenced = new IsoglossException(ErrorCode.FENCED, "the slot is another's");
    CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
    OwnPipeline pipeline = new OwnPipeline(kafka, failure);
    try (PipelineLineEncoder encoder = new PipelineLineEncoder(pipeline, Duration.ofHours(1))) {
      List<InputLine> lines = List.of(line(1, "anybody?"));
      assertThatThrownBy(
              () ->
                  encoder.encode(
                      lines.iterator(),
                      TASK,
                      new Collected(),
                      (done, count) -> failure.complete(fenced)))
          .isSameAs(fenced);
    }
  }

  @Test
  void anInputWithoutLinesNeedsNobody() {
    Collected collected = new Collected();
    try (PipelineLineEncoder encoder = new PipelineLineEncoder(kafka, Duration.ofMillis(300))) {
      encoder.encode(Collections.emptyIterator(), TASK, collected, (done, count) -> {});
    }
    assertThat(collected.results).isEmpty();
  }
}
