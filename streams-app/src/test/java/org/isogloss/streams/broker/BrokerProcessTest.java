package org.isogloss.streams.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.topic.Topics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerProcessTest {
  private static final int RECORDS = 2_000;

  @TempDir Path directory;

  @Test
  void aKilledBrokerComesBackAtItsPortWithEverythingItAcknowledged() throws Exception {
    Process first = start(BrokerOptions.ANY_PORT);
    String address;
    List<Future<?>> sent = new ArrayList<>();
    KafkaProducer<byte[], byte[]> producer;
    try {
      address = firstLine(first);
      KafkaSettings settings = KafkaSettings.of(address);
      assertThat(EmbeddedBroker.runningAddress(directory)).contains(address);
      assertThatThrownBy(() -> EmbeddedBroker.start(directory))
          .isInstanceOfSatisfying(
              IsoglossException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIRECTORY_IN_USE))
          .hasMessageContaining(address);

      TopicAdmin.createMissing(settings, TopicPlan.standard(1, 1));
      producer = new KafkaProducer<>(settings.producer());
      send(producer, sent);
      sent.get(RECORDS / 2).get();
    } finally {
      first.destroyForcibly().waitFor();
    }
    assertThat(EmbeddedBroker.runningAddress(directory))
        .as("what a killed broker left does not count")
        .isEmpty();

    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    Process second = start(port);
    try (producer) {
      assertThat(firstLine(second)).isEqualTo(address);
      send(producer, sent);
      for (Future<?> each : sent) {
        each.get(60, TimeUnit.SECONDS);
      }
      assertThat(read(KafkaSettings.of(address))).doesNotHaveDuplicates().hasSize(2 * RECORDS);
    } finally {
      second.destroy();
      if (!second.waitFor(30, TimeUnit.SECONDS)) {
        second.destroyForcibly();
      }
    }
    assertThat(EmbeddedBroker.runningAddress(directory)).isEqualTo(Optional.empty());
  }

  @Test
  void aTakenPortIsRefusedInWords() throws IOException {
    try (java.net.ServerSocket taken =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(
              () -> EmbeddedBroker.start(BrokerOptions.in(directory).at(taken.getLocalPort())))
          .isInstanceOfSatisfying(
              IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BROKER_FAILED))
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
    assertThat(EmbeddedBroker.runningAddress(directory)).as("the lock is free again").isEmpty();
  }

  private Process start(int port) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerMain.class.getName(),
            directory.toString(),
            Integer.toString(port))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String firstLine(Process process) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    assertThat(line).as("the address of the broker").isNotNull();
    return line;
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, List<Future<?>> sent) {
    for (int i = 0; i < RECORDS; i++) {
      byte[] text = ("record " + sent.size()).getBytes(StandardCharsets.UTF_8);
      sent.add(producer.send(new ProducerRecord<>(Topics.SENTENCES, text, text)));
    }
  }

  private static List<String> read(KafkaSettings settings) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
      TopicPartition partition = new TopicPartition(Topics.SENTENCES, 0);
      consumer.assign(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).values().iterator().next();
      while (consumer.position(partition) < end) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(each -> values.add(new String(each.value(), StandardCharsets.UTF_8)));
      }
    }
    return values;
  }
}
