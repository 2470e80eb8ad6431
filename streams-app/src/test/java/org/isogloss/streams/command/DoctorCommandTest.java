package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.kafka.TopicSpec;
import org.isogloss.streams.broker.BrokerOptions;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the machine that the tests run on, with fixtures that are whole and others that are not. */
class DoctorCommandTest {
  @TempDir Path home;
  private final TestTerminal terminal = new TestTerminal();

  private int doctor(String... options) {
    List<String> arguments = new ArrayList<>(List.of("doctor", "--home", home.toString()));
    arguments.addAll(List.of("--model", "tiny", "--threads", "1"));
    arguments.addAll(List.of(options));
    return terminal.run(arguments.toArray(String[]::new));
  }

  private void fetchTheModel() {
    TestTerminal fetching = new TestTerminal();
    assertThat(fetching.run("models", "fetch", "tiny", "--home", home.toString()))
        .as(fetching::err)
        .isZero();
  }

  /** What it says of a subject, the remedy included. */
  private String said(String subject) {
    List<String> lines = terminal.out().lines().toList();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).matches("(good|doubtful|BROKEN) +" + subject + " .*")) {
        text.append(lines.get(i).replaceAll(" +", " "));
        if (i + 1 < lines.size() && lines.get(i + 1).startsWith(" ")) {
          text.append(" | ").append(lines.get(i + 1).strip());
        }
      }
    }
    return text.toString();
  }

  @Test
  void whereAllIsWellEverySubjectIsGood() {
    fetchTheModel();
    try (EmbeddedBroker broker = EmbeddedBroker.start(home.resolve("data"))) {
      TopicAdmin.createMissing(KafkaSettings.of(broker.bootstrapServers()), TopicPlan.standard());
      assertThat(doctor()).as(terminal::out).isZero();
      assertThat(said("broker"))
          .startsWith("good broker " + broker.bootstrapServers() + " answers, 1 brokers, Kafka 4.");
    }
    assertThat(said("topics"))
        .isEqualTo("good topics all " + TopicPlan.standard().topics().size() + " are there");
    assertThat(said("open")).isEqualTo("good open no transaction hangs");
    assertThat(said("groups")).isEmpty();
    assertThat(said("JDK")).startsWith("good JDK " + Runtime.version());
    assertThat(said("SIMD")).matches("good SIMD \\d+ bits, \\d+ floats at once");
    assertThat(said("memory")).startsWith("good ");
    assertThat(said("disk")).contains("GiB free");
    assertThat(said("natives")).startsWith("good natives libtorch 2.7.1, 1 threads, on ");
    assertThat(said("device")).startsWith("good device cpu, ");
    assertThat(said("model"))
        .matches(
            "good model tiny, digest [0-9a-f]{12}, weights read whole, 2 layers, 32 dimensions;"
                + " encodes after .* s");
    assertThat(terminal.out()).doesNotContain("BROKEN");
    assertThat(terminal.err()).isEmpty();
  }

  @Test
  void whatIsOnlyMissingIsDoubtfulAndNoFailure() {
    Path data = home.resolve("elsewhere");
    assertThat(doctor("--data", data.toString())).as(terminal::out).isZero();
    assertThat(said("model"))
        .startsWith("doubtful model tiny is not fetched yet | remedy: isogloss models fetch tiny");
    assertThat(said("broker"))
        .startsWith("doubtful broker none runs on " + data)
        .contains("isogloss up --data");
  }

  @Test
  void aLoneBrokerThatReadsItsGroupsInLargePiecesIsDoubtful() {
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(
            new BrokerOptions(
                home.resolve("data"),
                BrokerOptions.ANY_PORT,
                Map.of("offsets.load.buffer.size", "5242880")))) {
      assertThat(doctor()).as(terminal::out).isZero();
      assertThat(broker.failure()).isNotDone();
    }
    assertThat(said("groups"))
        .startsWith("doubtful groups one broker answers, and it reads")
        .contains("pieces of 5242880 bytes | remedy: ")
        .contains("offsets.load.buffer.size=65536");
  }

  @Test
  void aBrokerThatNobodyAskedForIsNotMissed() {
    assertThat(doctor()).as(terminal::out).isZero();
    assertThat(said("broker")).startsWith("good broker none runs on " + home.resolve("data"));
  }

  @Test
  void damagedWeightsAreFoundByTheirDigest() throws IOException {
    fetchTheModel();
    Path weights = home.resolve("models/tiny/model.safetensors");
    FileTime modified = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    Files.setLastModifiedTime(weights, modified);
    // Remembers the digest: the file no longer looks as if it were being written.
    fetchTheModel();
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    // As a bad disk would do it.
    Files.setLastModifiedTime(weights, modified);
    assertThat(doctor()).as(terminal::out).isEqualTo(1);
    assertThat(said("model")).startsWith("BROKEN model ISO-205: ").contains("| remedy: ");
  }

  @Test
  void aModelThatIsNoModelIsBroken() {
    int exitCode = terminal.run("doctor", "--home", home.toString(), "--model", home.toString());
    assertThat(exitCode).as(terminal::out).isEqualTo(1);
    assertThat(said("model")).startsWith("BROKEN model ISO-201: ");
  }

  @Test
  void aDeviceThatIsNotThereIsBrokenAndTheModelIsNotTried() {
    fetchTheModel();
    assertThat(doctor("--device", "cuda:99")).as(terminal::out).isEqualTo(1);
    assertThat(said("device")).startsWith("BROKEN device ISO-211: cuda:99 is not there");
    assertThat(said("model")).startsWith("doubtful model ").contains("not known");
    assertThat(doctor("--device", "gpu")).isEqualTo(1);
  }

  @Test
  void aHomeThatCannotBeWrittenToIsBroken() throws IOException {
    Path file = Files.createFile(home.resolve("file"));
    int exitCode = terminal.run("doctor", "--model", "tiny", "--home", file + "/home");
    assertThat(exitCode).isEqualTo(1);
    assertThat(said("disk")).startsWith("BROKEN disk " + file + " ").contains("ISOGLOSS_HOME");
  }

  @Test
  void anAddressWhereNobodyAnswersIsBroken() {
    assertThat(doctor("--bootstrap-servers", "127.0.0.1:1")).as(terminal::out).isEqualTo(1);
    assertThat(said("broker")).startsWith("BROKEN broker ISO-301: 127.0.0.1:1 does not answer");
    assertThat(said("topics")).isEmpty();
  }

  @Test
  void aModuleStoreThatIsNamedIsAsked() throws IOException {
    Path store = Files.createDirectories(home.resolve("store"));
    assertThat(doctor("--module-store", store.toString())).as(terminal::out).isZero();
    assertThat(said("store")).isEqualTo("good store " + store + " answers");
    System.setProperty("aws.accessKeyId", "somebody");
    System.setProperty("aws.secretAccessKey", "keep-this-secret");
    try {
      String[] nobody = {"--module-store", "s3://modules", "--s3-endpoint", "http://127.0.0.1:1"};
      assertThat(doctor(nobody)).as(terminal::out).isEqualTo(1);
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
    assertThat(said("store")).contains("BROKEN store ISO-215: ", "s3://modules/");
    assertThat(terminal.out()).doesNotContain("keep-this-secret");
  }

  @Test
  void missingTopicsAreDoubtfulAndUnequalOnesBroken() {
    try (EmbeddedBroker broker = EmbeddedBroker.start(home.resolve("data"))) {
      assertThat(doctor()).as(terminal::out).isZero();
      assertThat(said("topics"))
          .startsWith("doubtful topics missing: isogloss.bitext, ")
          .endsWith("| remedy: `isogloss up` creates them.");

      List<TopicSpec> topics =
          TopicPlan.standard().topics().stream()
              .map(
                  topic ->
                      topic.name().equals("isogloss.bitext")
                          ? TopicPlan.compacted(topic.name(), topic.partitions() + 1)
                          : topic)
              .toList();
      KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
      for (TopicSpec topic : topics) {
        TopicAdmin.createMissing(kafka, new TopicPlan(List.of(topic), TopicPlan.CLUSTER_DEFAULT));
      }
      assertThat(doctor()).as(terminal::out).isEqualTo(1);
      assertThat(said("topics")).contains("BROKEN topics not equally many partitions: ");
    }
  }
}
