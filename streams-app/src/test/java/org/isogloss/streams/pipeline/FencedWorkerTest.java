package org.isogloss.streams.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.isogloss.encoder.encode.DeterministicEncoder;
import org.isogloss.error.ErrorCode;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.isogloss.streams.export.Exporter;
import org.isogloss.streams.send.SentenceSender;
import org.isogloss.streams.send.SentenceSource;
import org.isogloss.streams.worker.WorkerOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker whose slot is taken from it, within a pipeline that runs on. */
class FencedWorkerTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final String TRANSACTIONAL_ID = WorkerOptions.DEFAULT_GROUP + "-0";

  @TempDir Path folder;
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final List<DeterministicEncoder> opened = new CopyOnWriteArrayList<>();

  @Test
  void itIsReplacedAsOftenAsThePolicySaysAndLosesNothing() {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"))) {
      KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
      PipelineOptions options =
          PipelineOptions.of(EnumSet.of(Role.ROUTER, Role.ENCODER), folder.resolve("state"))
              .with(new RestartPolicy(1, Duration.ofHours(1), SHORT, SHORT));
      try (PipelineRunner pipeline = PipelineRunner.start(options, kafka, this::open, registry)) {
        send(kafka, "before");
        await().atMost(PATIENCE).until(() -> embeddings(kafka) == 3);

        takeTheSlot(kafka);
        send(kafka, "after");
        await().atMost(PATIENCE).until(() -> embeddings(kafka) == 6);
        assertThat(opened).hasSize(2);
        assertThat(pipeline.failure()).isNotDone();
        await().atMost(PATIENCE).until(() -> registry.find("isogloss.worker.lag").gauge() != null);

        takeTheSlot(kafka);
        send(kafka, "again");
        assertThat(pipeline.failure())
            .succeedsWithin(PATIENCE)
            .satisfies(reason -> assertThat(reason.code()).isEqualTo(ErrorCode.FENCED));
        assertThat(embeddings(kafka)).isEqualTo(6);
      }
    }
  }

  private DeterministicEncoder open() {
    DeterministicEncoder encoder = new DeterministicEncoder(8, 100);
    opened.add(encoder);
    return encoder;
  }

  /** What a second worker of the same slot does first. */
  private static void takeTheSlot(KafkaSettings kafka) {
    try (Producer<byte[], byte[]> thief = new KafkaProducer<>(kafka.producer(TRANSACTIONAL_ID))) {
      thief.initTransactions();
    }
  }

  private static void send(KafkaSettings kafka, String name) {
    byte[] lines = "Eins.\nZwei.\nDrei.\n".getBytes(UTF_8);
    try (SentenceSender sender = SentenceSender.connect(kafka)) {
      sender.send(
          new SentenceSource(name, Optional.of("de"), "", () -> new ByteArrayInputStream(lines)),
          Optional.empty(),
          sent -> {});
    }
  }

  private static int embeddings(KafkaSettings kafka) {
    List<String> lines = new CopyOnWriteArrayList<>();
    new Exporter(kafka).export(Topics.EMBEDDINGS, lines::add, (read, total) -> {});
    return lines.size();
  }
}
