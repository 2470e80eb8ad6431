package org.isogloss.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPropertiesTest {
  private static final String SECRET = "hush-hush";

  @TempDir Path folder;

  private Path file(String... lines) throws IOException {
    return Files.write(folder.resolve("client.properties"), List.of(lines));
  }

  private KafkaSettings settings(String... lines) throws IOException {
    return KafkaSettings.named(Optional.empty(), Optional.of(file(lines))).orElseThrow();
  }

  @Test
  void everyKindOfClientGetsWhatIsForAllAndWhatIsForItself() throws IOException {
    KafkaSettings settings =
        settings(
            "bootstrap.servers=one:1",
            "client.rack=r1",
            "consumer.fetch.min.bytes=7",
            "producer.linger.ms=9",
            "admin.retries=3",
            "streams.num.standby.replicas=1");
    assertThat(settings.bootstrapServers()).isEqualTo("one:1");
    assertThat(settings.consumer())
        .containsEntry("client.rack", "r1")
        .containsEntry("fetch.min.bytes", "7")
        .doesNotContainKeys("linger.ms", "producer.linger.ms", "retries");
    assertThat(settings.producer())
        .containsEntry("client.rack", "r1")
        .containsEntry("linger.ms", "9")
        .doesNotContainKey("fetch.min.bytes");
    assertThat(settings.admin()).containsEntry("retries", "3").doesNotContainKey("linger.ms");
    assertThat(settings.streamsExtra())
        .containsEntry("num.standby.replicas", "1")
        .containsEntry("consumer.fetch.min.bytes", "7")
        .containsEntry("producer.linger.ms", "9")
        .containsEntry("client.rack", "r1")
        .doesNotContainKey("bootstrap.servers");
  }

  @Test
  void theAddressOfTheCommandLineWins() throws IOException {
    Path file = file("bootstrap.servers=one:1");
    KafkaSettings settings =
        KafkaSettings.named(Optional.of("two:2"), Optional.of(file)).orElseThrow();
    assertThat(settings.bootstrapServers()).isEqualTo("two:2");
    assertThat(settings.admin()).containsEntry("bootstrap.servers", "two:2");
    assertThat(KafkaSettings.named(Optional.empty(), Optional.empty())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "isolation.level",
        "consumer.enable.auto.commit",
        "producer.acks",
        "transactional.id",
        "streams.processing.guarantee",
        "main.consumer.group.id",
        "value.deserializer"
      })
  void whatOurPromisesRestOnIsRefused(String property) throws IOException {
    Path file = file("bootstrap.servers=one:1", property + "=" + SECRET);
    assertThatThrownBy(() -> ClientProperties.read(file))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_OPTION))
        .hasMessageContaining(property)
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void secretsMayStandInTheEnvironmentOrInAnotherFile() throws IOException {
    Path secrets = Files.writeString(folder.resolve("secrets"), "key=from-a-file");
    Path file =
        file(
            "sasl.jaas.config=Module required password=\"${env:PASSWORD}\";",
            "ssl.key.password=${file:" + secrets + ":key}");
    assertThat(ClientProperties.read(file, Map.of("PASSWORD", SECRET)))
        .containsEntry("sasl.jaas.config", "Module required password=\"hush-hush\";")
        .containsEntry("ssl.key.password", "from-a-file");
    assertThatThrownBy(() -> ClientProperties.read(file, Map.of()))
        .hasMessageContaining("${env:PASSWORD}")
        .hasMessageContaining("sasl.jaas.config");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ClientProperties.read(folder.resolve("nowhere")))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_OPTION))
        .hasMessageContaining("nowhere");
  }

  @Test
  void noFailureAndNoDescriptionShowsAValue() throws IOException {
    KafkaSettings settings =
        settings(
            "bootstrap.servers=127.0.0.1:1",
            "security.protocol=SASL_SSL",
            "sasl.mechanism=SCRAM-SHA-512",
            "sasl.jaas.config=this is no " + SECRET + " login module",
            "ssl.truststore.location=/nowhere/" + "trust.p12",
            "ssl.truststore.password=" + SECRET);
    assertThat(settings.toString()).contains("sasl.jaas.config").doesNotContain(SECRET);
    assertThatThrownBy(() -> KafkaAccess.require(settings))
        .isInstanceOf(IsoglossException.class)
        .satisfies(ClientPropertiesTest::doesNotTell);
    assertThatThrownBy(() -> new KafkaConsumer<>(settings.consumer()).close())
        .satisfies(ClientPropertiesTest::doesNotTell);
    assertThatThrownBy(() -> new KafkaProducer<>(settings.producer()).close())
        .satisfies(ClientPropertiesTest::doesNotTell);
  }

  private static void doesNotTell(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      assertThat(String.valueOf(cause)).doesNotContain(SECRET);
    }
  }

  @Test
  void aBrokerThatIsNotThereIsToldWithinSeconds() {
    long started = System.nanoTime();
    assertThatThrownBy(() -> KafkaAccess.require(KafkaSettings.of("127.0.0.1:1")))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.BROKER_UNREACHABLE))
        .hasMessageContaining("127.0.0.1:1 does not answer as PLAINTEXT");
    assertThat(System.nanoTime() - started).isLessThan(30_000_000_000L);
  }
}
