package org.isogloss.streams.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.server.common.MetadataVersion;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.Fingerprints;
import org.isogloss.schemas.topic.SchemaFollower;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir Path directory;

  @Test
  void aRestartKeepsTheDataAndASecondBrokerIsRefused() throws Exception {
    String address;
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
      address = broker.bootstrapServers();
      KafkaSettings settings = KafkaSettings.of(address);
      TopicAdmin.createMissing(settings, TopicPlan.standard());
      // Written at once: every partition must have its leader already.
      send(settings, 500);
      assertThat(read(settings)).hasSize(500);

      assertThat(Files.readString(directory.resolve("broker.address")).strip()).isEqualTo(address);
      assertThat(EmbeddedBroker.runningAddress(directory)).contains(address);
      assertThatThrownBy(() -> EmbeddedBroker.start(directory))
          .isInstanceOfSatisfying(
              IsoglossException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIRECTORY_IN_USE))
          .hasMessageContaining(address);
      assertThat(EmbeddedBroker.runningAddress(directory))
          .as("the refusal leaves the lock")
          .contains(address);
    }
    assertThat(EmbeddedBroker.runningAddress(directory)).isEmpty();

    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    try (EmbeddedBroker again = EmbeddedBroker.start(BrokerOptions.in(directory).at(port))) {
      assertThat(again.bootstrapServers()).isEqualTo(address);
      KafkaSettings settings = KafkaSettings.of(address);
      TopicAdmin.createMissing(settings, TopicPlan.standard());
      send(settings, 100);
      assertThat(read(settings)).hasSize(600);
    }
  }

  @Test
  void dataOfALaterKafkaIsRefusedWithAWayOut() throws Exception {
    EmbeddedBroker.start(directory).close();
    MetadataVersion later = MetadataVersion.latestTesting();
    assertThat(MetadataVersion.latestProduction().isLessThan(later)).isTrue();
    new BootstrapDirectory(directory.resolve("kafka").toString())
        .writeBinaryFile(BootstrapMetadata.fromVersion(later, "a later Kafka"));
    assertThatThrownBy(() -> EmbeddedBroker.start(directory))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("ISO-303")
        .hasMessageContaining("was made by a later Kafka")
        .hasMessageContaining("--data");
  }

  @Test
  void aSchemaRegisteredByAnotherIsLearned() {
    Schema theirs =
        SchemaBuilder.record("Sentence")
            .namespace("org.isogloss.schemas.record")
            .fields()
            .requiredString("id")
            .requiredString("text")
            .endRecord();
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
      KafkaSettings settings = KafkaSettings.of(broker.bootstrapServers());
      TopicAdmin.createMissing(settings, TopicPlan.standard());
      SchemaTopic.registerOurs(settings.consumer(), settings.producer(), TIMEOUT);
      try (SchemaFollower follower = SchemaFollower.start(settings.consumer(), TIMEOUT)) {
        SchemaTopic.register(settings.consumer(), settings.producer(), List.of(theirs), TIMEOUT);
        assertThat(follower.find(Fingerprints.of(theirs))).contains(theirs);
        assertThat(follower.find(42)).isEmpty();
      }
    }
  }

  private static void send(KafkaSettings settings, int records) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.producer())) {
      List<java.util.concurrent.Future<?>> sent = new ArrayList<>();
      for (int i = 0; i < records; i++) {
        byte[] text = ("record " + i).getBytes(StandardCharsets.UTF_8);
        sent.add(producer.send(new ProducerRecord<>(Topics.SENTENCES, text, text)));
      }
      for (java.util.concurrent.Future<?> each : sent) {
        each.get();
      }
    }
  }

  private static List<String> read(KafkaSettings settings) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.SENTENCES).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      long end = consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
      while (values.size() < end) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(each -> values.add(new String(each.value(), StandardCharsets.UTF_8)));
      }
    }
    return values;
  }
}
