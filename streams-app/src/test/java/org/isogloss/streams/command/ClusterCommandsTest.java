package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that join a running broker, found by its data folder. */
class ClusterCommandsTest {
  @TempDir static Path data;
  @TempDir Path folder;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void startTheBroker() {
    broker = EmbeddedBroker.start(data);
    TopicAdmin.createMissing(KafkaSettings.of(broker.bootstrapServers()), TopicPlan.standard());
  }

  @AfterAll
  static void stopTheBroker() {
    broker.close();
  }

  private static TestTerminal terminal() {
    return new TestTerminal().environment("ISOGLOSS_DATA", data.toString());
  }

  @Test
  void sentencesAreSentExportedAndSealed() throws IOException {
    Path file = Files.write(folder.resolve("news.txt"), List.of("Guten Morgen.", "Gute Nacht."));
    TestTerminal send = terminal();
    assertThat(send.run("send", "--in", file.toString(), "--lang", "de", "--scope", "news"))
        .as(send::err)
        .isZero();
    assertThat(send.out()).isEmpty();
    assertThat(send.err()).contains("2 sentences sent");

    TestTerminal export = terminal();
    assertThat(export.run("export", "isogloss.sentences")).as(export::err).isZero();
    assertThat(export.out().lines().filter(line -> line.contains("\"source\":\"news.txt\"")))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("{\"topic\":").endsWith("}"))
        .anySatisfy(line -> assertThat(line).contains("Guten Morgen."));

    TestTerminal seal = terminal();
    assertThat(seal.run("seal", "--scope", "news")).as(seal::err).isZero();
    assertThat(seal.out()).isEqualTo("news\t2%n".formatted());
    assertThat(terminal().run("seal", "--scope", "news")).isZero();
  }

  @Test
  void linesOfStandardInputMayNameTheirSource() {
    TestTerminal send = terminal().input("Bonjour.\n");
    assertThat(send.run("send", "--in", "-", "--source", "crawl", "--lang", "fr"))
        .as(send::err)
        .isZero();
    TestTerminal export = terminal();
    export.run("export", "isogloss.sentences");
    assertThat(export.out()).contains("\"key\":\"crawl:000000001\"");
  }

  @Test
  void aMissingTopicIsACodedFailure() {
    TestTerminal export = terminal();
    assertThat(export.run("export", "no.such.topic")).isEqualTo(1);
    assertThat(export.err()).startsWith("ISO-304: ").contains("no.such.topic");
    assertThat(export.out()).isEmpty();
  }

  @Test
  void aFolderWithoutARunningBrokerIsACodedFailure() {
    TestTerminal seal = new TestTerminal().environment("ISOGLOSS_DATA", folder.toString());
    assertThat(seal.run("seal", "--scope", "s")).isEqualTo(1);
    assertThat(seal.err()).startsWith("ISO-301: ").contains(folder.toString());
  }

  @Test
  void aMissingRequiredOptionIsAWrongCall() {
    assertThat(terminal().run("seal")).isEqualTo(2);
    assertThat(terminal().environment("ISOGLOSS_SCOPE", "twin").run("seal")).isZero();
  }
}
