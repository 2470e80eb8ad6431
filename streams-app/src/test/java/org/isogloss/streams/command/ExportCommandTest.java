package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.VectorBytes;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.Origin;
import org.isogloss.schemas.record.VectorType;
import org.isogloss.schemas.record.View;
import org.isogloss.schemas.topic.SchemaTopic;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors of a running cluster as one array, in which everything may be compared. */
class ExportCommandTest {
  private static final String OLD = "0".repeat(32);
  private static final String NEW = "1".repeat(32);

  @TempDir static Path folder;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void writeEmbeddings() throws Exception {
    broker = EmbeddedBroker.start(folder.resolve("broker"));
    KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(kafka, TopicPlan.standard());
    SchemaTopic.registerOurs(kafka.consumer(), kafka.producer(), Duration.ofSeconds(30));
    try (Producer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      for (Embedding embedding :
          List.of(
              embedding("a", View.MONOLINGUAL, OLD, 1, 0),
              embedding("b", View.MONOLINGUAL, NEW, 0, 1),
              embedding("d", View.CROSS_LINGUAL, OLD, 0, 1),
              embedding("c", View.MONOLINGUAL, OLD, 0.6f, 0.8f))) {
        producer
            .send(
                new ProducerRecord<>(
                    Topics.EMBEDDINGS,
                    0,
                    embedding.getId().getBytes(UTF_8),
                    AvroCodec.of(Embedding.class).encode(embedding)))
            .get();
      }
    }
  }

  @AfterAll
  static void stopTheBroker() {
    broker.close();
  }

  @Test
  void vectorsOfTwoSpacesAreRefusedAndBothAreNamed() {
    TestTerminal terminal = new TestTerminal();
    Path file = folder.resolve("mixed.npy");
    assertThat(export(terminal, file, "--view", "mono")).isEqualTo(1);
    assertThat(terminal.err()).startsWith("ISO-212: ").contains(OLD).contains(NEW);
    assertThat(file).as("nothing that looks whole").doesNotExist();
  }

  @Test
  void vectorsOfTwoViewsAreRefused() {
    TestTerminal terminal = new TestTerminal();
    assertThat(export(terminal, folder.resolve("views.npy"), "--space", OLD)).isEqualTo(1);
    assertThat(terminal.err()).contains("--view");
  }

  @Test
  void oneSpaceOfOneViewIsAnArray() throws Exception {
    Path file = folder.resolve("one.npy");
    TestTerminal terminal = new TestTerminal();
    assertThat(export(terminal, file, "--space", OLD, "--view", "mono")).as(terminal::err).isZero();
    assertThat(Files.size(file)).isEqualTo(128 + 2 * 2 * Float.BYTES);
    assertThat(Files.readAllLines(NpyResults.idsOf(file)))
        .containsExactly("row\tid\tlanguage\terror", "0\ta\tde\t", "1\tc\tde\t");
  }

  private static int export(TestTerminal terminal, Path file, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "export",
                Topics.EMBEDDINGS,
                "--format",
                "npy",
                "--out",
                file.toString(),
                "--bootstrap-servers",
                broker.bootstrapServers()));
    arguments.addAll(List.of(more));
    return terminal.run(arguments.toArray(String[]::new));
  }

  private static Embedding embedding(String id, View view, String space, float... vector) {
    return Embedding.newBuilder()
        .setId(id)
        .setLanguage("de")
        .setView(view)
        .setSpace(space)
        .setBackbone("b".repeat(64))
        .setLayers(8)
        .setLanguageModule(null)
        .setAlignmentModule(null)
        .setDimension(vector.length)
        .setType(VectorType.FP32)
        .setVector(VectorBytes.encode(vector, VectorType.FP32))
        .setTokens(4)
        .setTruncated(false)
        .setText(id)
        .setScope("")
        .setSource("")
        .setOrigin(new Origin(Topics.SENTENCES, 1, 42L))
        .build();
  }
}
