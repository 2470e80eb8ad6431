package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.metrics.suite.Score;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.record.View;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;

/** Scores in {@code isogloss.evaluations}; a run again replaces its numbers. Stateless. */
public final class EvaluationTopic {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private EvaluationTopic() {}

  /**
   * Publishes all numbers of a run.
   *
   * @throws IsoglossException BROKER_UNREACHABLE or SEND_FAILED
   */
  public static void publish(KafkaSettings kafka, RunRecord run) {
    TopicAdmin.createMissing(
        kafka,
        new TopicPlan(
            List.of(
                TopicPlan.compacted(Topics.EVALUATIONS, 1), TopicPlan.compacted(Topics.SCHEMAS, 1)),
            TopicPlan.CLUSTER_DEFAULT));
    AvroCodec<org.isogloss.schemas.record.Score> codec =
        AvroCodec.of(org.isogloss.schemas.record.Score.class);
    try {
      SchemaTopic.registerOurs(kafka.consumer(), kafka.producer(), TIMEOUT);
      try (Producer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
        List<Future<?>> sent = new ArrayList<>();
        for (Score score : run.scores()) {
          sent.add(
              producer.send(
                  new ProducerRecord<>(
                      Topics.EVALUATIONS,
                      0,
                      key(run, score).getBytes(UTF_8),
                      codec.encode(record(run, score)))));
        }
        producer.flush();
        for (Future<?> each : sent) {
          each.get();
        }
      }
    } catch (KafkaException e) {
      throw new IsoglossException(
          ErrorCode.BROKER_UNREACHABLE, kafka.bootstrapServers() + ": " + e.getMessage(), e);
    } catch (ExecutionException e) {
      throw new IsoglossException(ErrorCode.SEND_FAILED, "a score was refused: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.TIMED_OUT, "interrupted while publishing scores", e);
    }
  }

  private static String key(RunRecord run, Score score) {
    return String.join(
        "/",
        run.id(),
        run.suite(),
        score.metric().name(),
        score.set(),
        score.view().name(),
        score.languages());
  }

  private static org.isogloss.schemas.record.Score record(RunRecord run, Score score) {
    String reason =
        switch (score.outcome()) {
          case Score.Value value -> "";
          case Score.Undefined undefined -> undefined.reason();
        };
    return org.isogloss.schemas.record.Score.newBuilder()
        .setRun(run.id())
        .setSuite(run.suite())
        .setSuiteDigest(run.suiteDigest().hex())
        .setMetric(score.metric().name())
        .setSet(score.set())
        .setView(View.valueOf(score.view().name()))
        .setLanguages(score.languages())
        .setItems(score.items())
        .setValue(score.value().orElse(null))
        .setUndefined(reason)
        .setBackbone(run.identity().encoder().backbone().hex())
        .setLayers(run.identity().encoder().layers())
        .setModules(modules(run, score))
        .setRoute(run.routes())
        .setCodeVersion(run.codeVersion())
        .setTimeMillis(run.started().toEpochMilli())
        .build();
  }

  /** Those that made the vectors of the score's languages and view. */
  private static List<ModuleVersion> modules(RunRecord run, Score score) {
    Stream<String> languages =
        score.languages().isEmpty()
            ? run.languages().stream()
            : Arrays.stream(score.languages().split("-", -1));
    return languages
        .map(language -> run.identity().selection(language))
        .flatMap(selection -> modules(selection, score))
        .map(module -> new ModuleVersion(module.name(), module.digest().hex()))
        .toList();
  }

  private static Stream<ModuleReference> modules(ModuleSelection selection, Score score) {
    return Stream.of(
            selection.languageModule(),
            score.view() == org.isogloss.encoder.space.View.CROSS_LINGUAL
                ? selection.alignmentModule()
                : Optional.<ModuleReference>empty())
        .flatMap(Optional::stream);
  }
}
