package org.isogloss.streams.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsLifecycleTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void aThreadThatDiesIsReplacedUntilItDiesTooOften() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"))) {
      // The member that died is missed only after its session, before another takes its place.
      KafkaSettings settings =
          new KafkaSettings(
              broker.bootstrapServers(),
              Map.of(
                  "consumer.session.timeout.ms", "1500", "consumer.heartbeat.interval.ms", "300"));
      TopicAdmin.createMissing(
          settings,
          new TopicPlan(List.of(TopicPlan.log("in", 1, 1 << 20)), TopicPlan.CLUSTER_DEFAULT));
      AtomicInteger faults = new AtomicInteger(2);
      AtomicInteger processed = new AtomicInteger();
      try (StreamsLifecycle streams =
          new StreamsLifecycle(
              "test",
              failing(faults, processed),
              StreamsSettings.of(settings, "lifecycle", directory.resolve("state")))) {
        streams.start(PATIENCE);
        send(settings);
        await(() -> processed.get() == 1);
        assertThat(faults).hasNegativeValue();
        assertThat(streams.failure()).isNotDone();

        faults.set(Integer.MAX_VALUE);
        send(settings);
        IsoglossException failure = streams.failure().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(failure).hasMessageContaining("a fault on purpose");
        assertThat(streams.isRunning()).isFalse();
        assertThat(processed).hasValue(1);
      }
    }
  }

  @Test
  void aBrokerThatIsNotThereIsSaidToBeUnreachable() {
    KafkaSettings nowhere =
        new KafkaSettings(
            "127.0.0.1:1", Map.of("default.api.timeout.ms", "1500", "request.timeout.ms", "1000"));
    assertThatThrownBy(() -> TopicAdmin.createMissing(nowhere, TopicPlan.standard()))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.BROKER_UNREACHABLE));
  }

  private static Topology failing(AtomicInteger faults, AtomicInteger processed) {
    return new Topology()
        .addSource("in", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "in")
        .addProcessor(
            "fail",
            () ->
                new Processor<byte[], byte[], Void, Void>() {
                  @Override
                  public void process(Record<byte[], byte[]> record) {
                    if (faults.getAndDecrement() > 0) {
                      throw new IllegalStateException("a fault on purpose");
                    }
                    processed.incrementAndGet();
                  }
                },
            "in");
  }

  private static void send(KafkaSettings settings) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      producer.send(new ProducerRecord<>("in", new byte[] {1}, new byte[] {1})).get();
    }
  }

  private static void await(java.util.function.BooleanSupplier condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("in time").isNegative();
      Thread.sleep(20);
    }
  }
}
