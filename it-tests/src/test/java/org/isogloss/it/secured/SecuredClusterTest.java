package org.isogloss.it.secured;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.it.command.CommandProcess;
import org.isogloss.it.command.Commands;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.kafka.TopicSpec;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.schemas.record.TrainingJob;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.streams.mine.ScopePairs;
import org.isogloss.streams.mine.ScopeReader;
import org.isogloss.trainer.serve.TrainingJobs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One cluster; that nobody could write to it is looked at before anybody may. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecuredClusterTest {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final String STORE_PASSWORD = "store-never-shown";
  private static final String PASSWORD = "-never-shown";
  private static final int LAYERS = 2;
  private static final int SIDE_BY_SIDE = 3;

  @TempDir static Path folder;
  private static SecuredBroker broker;
  private static Commands commands;
  private static final Map<String, String> environment = new HashMap<>();

  /** All that any command of this test has said. */
  private static final StringBuilder said = new StringBuilder();

  @BeforeAll
  static void aClusterWithUsersAndTopics() throws IOException {
    broker =
        SecuredBroker.start(
            folder.resolve("broker"), STORE_PASSWORD, SecuredBroker.ADMIN + PASSWORD);
    DocumentedRights rights = DocumentedRights.read();
    assertThat(rights.roles())
        .containsExactlyInAnyOrder(
            "sender", "router", "worker", "miner", "trainer", "operator", "evaluator", "reader");
    for (String role : rights.roles()) {
      broker.addUser(role, role + PASSWORD);
      broker.allow(rights.of(role, role));
    }
    broker.addUser("nobody", "nobody" + PASSWORD);
    RandomBackbone.write(folder.resolve("backbone"), RandomBackbone.Options.TINY);
    environment.put("ISOGLOSS_MODEL", folder.resolve("backbone").toString());
    environment.put("ISOGLOSS_LAYERS", Integer.toString(LAYERS));
    environment.put("ISOGLOSS_MODULE_STORE", folder.resolve("store").toString());
    commands = new Commands(folder);
    assertThat(run("topics", "--kafka-config", as("operator")).requireSuccess().out())
        .contains(Topics.SENTENCES, Topics.BITEXT);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static String as(String user) {
    return broker.clientFile(user).toString();
  }

  private static CommandProcess.Result run(String... arguments) {
    CommandProcess.Result result = commands.run(environment, "", arguments);
    said.append(result).append('\n');
    return result;
  }

  /** What is asked of the cluster without the right to it, and the code of the answer. */
  private record Attempt(String code, List<String> command) {
    static Attempt of(String code, String... command) {
      return new Attempt(code, List.of(command));
    }
  }

  @Test
  @Order(1)
  void whoHasNoCredentialsOrNoRightsReadsAndWritesNothingAndIsToldWhy() throws Exception {
    String text = commands.file("text.txt", Stream.of("Ein Satz."));
    String wrong = broker.clientFile("wrong", "sender", "guessed" + PASSWORD).toString();
    String untrusted = broker.clientFileWithoutTrust("untrusted", "sender").toString();
    List<Attempt> attempts =
        List.of(
            Attempt.of("ISO-301", "send", "--in", text, "--bootstrap-servers", broker.address()),
            Attempt.of(
                "ISO-301", "export", Topics.EMBEDDINGS, "--bootstrap-servers", broker.address()),
            Attempt.of(
                "ISO-301", "up", "--roles", "router", "--bootstrap-servers", broker.address()),
            Attempt.of("ISO-310", "send", "--in", text, "--kafka-config", wrong),
            Attempt.of("ISO-310", "export", Topics.EMBEDDINGS, "--kafka-config", wrong),
            Attempt.of("ISO-310", "up", "--roles", "miner", "--kafka-config", wrong),
            Attempt.of("ISO-310", "send", "--in", text, "--kafka-config", untrusted),
            Attempt.of("ISO-311", "send", "--in", text, "--kafka-config", as("nobody")),
            Attempt.of("ISO-311", "send", "--in", text, "--kafka-config", as("reader")),
            Attempt.of("ISO-311", "seal", "--scope", "s", "--kafka-config", as("reader")),
            Attempt.of("ISO-311", "export", Topics.EMBEDDINGS, "--kafka-config", as("nobody")),
            Attempt.of("ISO-311", "modules", "list", "--kafka-config", as("reader")),
            Attempt.of("ISO-311", "train", "jobs", "--kafka-config", as("reader")),
            Attempt.of(
                "ISO-311", "eval", "run", "--suite", suite(), "--kafka-config", as("worker")),
            Attempt.of("ISO-311", "up", "--roles", "router", "--kafka-config", as("nobody")),
            Attempt.of("ISO-311", "up", "--roles", "encoder", "--kafka-config", as("router")),
            Attempt.of("ISO-311", "up", "--roles", "miner", "--kafka-config", as("worker")));
    fail(attempts);
    assertThat(records(Topics.SENTENCES)).isZero();
    assertThat(records(Topics.MODULES)).isZero();
  }

  /** Makes the attempts, some side by side; each must end with its code and a remedy. */
  private static void fail(List<Attempt> attempts) {
    for (int first = 0; first < attempts.size(); first += SIDE_BY_SIDE) {
      List<Attempt> some = attempts.subList(first, Math.min(first + SIDE_BY_SIDE, attempts.size()));
      List<CommandProcess> running = new ArrayList<>();
      some.forEach(
          each ->
              running.add(commands.start(environment, "", each.command().toArray(String[]::new))));
      for (int i = 0; i < some.size(); i++) {
        CommandProcess.Result result = running.get(i).await();
        said.append(result).append('\n');
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
        assertThat(result.err()).as(result.toString()).contains(some.get(i).code(), "remedy: ");
      }
    }
  }

  @Test
  @Order(2)
  void withTheRightsThatAreDocumentedEverythingWorksInAProcessForEachRole() throws Exception {
    environment.put("WORKER_PASSWORD", "worker" + PASSWORD);
    Path worker = broker.clientFile("worker-by-environment", "worker", "${env:WORKER_PASSWORD}");
    try (CommandProcess router = up("router", as("router"));
        CommandProcess encoder = up("encoder", worker.toString());
        CommandProcess miner = up("miner", as("miner"))) {
      assertThat(router.awaitLine("ready: ")).contains("roles router,").contains(broker.address());
      assertThat(encoder.awaitLine("ready: ")).contains("roles encoder,");
      assertThat(miner.awaitLine("ready: ")).contains("roles miner,");

      send("de", "Das Haus ist rot.", "Der Hund schläft.", " ");
      send("en", "The house is red.", "The dog sleeps.");
      run("seal", "--scope", "s", "--kafka-config", as("sender")).requireSuccess();
      ScopePairs mined = new ScopeReader(broker.settings("reader")).await("s", PATIENCE);
      assertThat(mined.sealed().getSentences()).isEqualTo(5);
      assertThat(mined.sealed().getEmbedded()).isEqualTo(4);
      assertThat(run("export", Topics.EMBEDDINGS, "--kafka-config", as("reader")).lines())
          .hasSizeGreaterThanOrEqualTo(4);
      assertThat(run("export", Topics.BITEXT, "--kafka-config", as("reader")).lines()).isNotEmpty();
      fail(
          List.of(
              Attempt.of("ISO-311", "export", Topics.EMBEDDINGS, "--kafka-config", as("sender")),
              Attempt.of("ISO-311", "dead", "list", "--kafka-config", as("worker"))));

      modulesArePublishedAndServe(encoder);
      trainingJobsAreSubmittedAndClaimed();
      deadLettersAreReplayed();
      aSuiteIsEvaluatedThroughARouteOfItsOwn();
      assertThat(run("doctor", "--kafka-config", as("reader")).out())
          .contains("good     broker   " + broker.address() + " (SASL_SSL) answers")
          .contains("good     topics");

      assertThat(ProcessHandle.current().descendants().map(SecuredClusterTest::commandLine))
          .as("what anybody on this machine may list")
          .anyMatch(line -> line.contains("--kafka-config"))
          .noneMatch(line -> line.contains("never-shown"));
      for (CommandProcess each : List.of(router, encoder, miner)) {
        CommandProcess.Result ended = each.terminate();
        said.append(ended).append('\n');
        assertThat(ended.exitCode()).as(ended.toString()).isZero();
      }
    }
    assertThat(said.toString()).contains("ISO-311").doesNotContain("never-shown");
  }

  private static CommandProcess up(String role, String config) {
    return commands.start(
        environment, "", "up", "--roles", role, "--verbose", "--kafka-config", config);
  }

  private static void send(String language, String... lines) {
    String file = commands.file(language + ".txt", Stream.of(lines));
    run("send", "--in", file, "--lang", language, "--scope", "s", "--kafka-config", as("sender"))
        .requireSuccess();
  }

  private static void modulesArePublishedAndServe(CommandProcess encoder) throws IOException {
    CommandProcess.Result published =
        run(
            "modules",
            "publish",
            module("first", 1).toString(),
            "--activate",
            "--kafka-config",
            as("operator"));
    assertThat(published.requireSuccess().out()).contains("language/de@1");
    awaitSwap(encoder, "modules: de: none -> language/de@1");
    assertThat(run("modules", "list", "--kafka-config", as("operator")).requireSuccess().out())
        .contains("language/de@1");
    try (ModuleAdministration modules =
        new ModuleAdministration(broker.settings("trainer"), "trainer", InstantSource.system())) {
      DirectoryModuleStore store = new DirectoryModuleStore(folder.resolve("store"));
      assertThat(modules.publish(module("second", 2), store).name()).isEqualTo("language/de@2");
      modules.activate(List.of("language/de@2"), false, "trained");
    }
    awaitSwap(encoder, "modules: de: language/de@1 -> language/de@2");
  }

  /** As whoever watches the process sees it, beside all that it logs. */
  private static void awaitSwap(CommandProcess encoder, String line) {
    Awaitility.await().atMost(PATIENCE).until(() -> encoder.err().contains(line));
  }

  private static void trainingJobsAreSubmittedAndClaimed() {
    TrainingJob job =
        TrainingJob.newBuilder()
            .setId("first")
            .setStage("align")
            .setLanguage("de")
            .setArguments(List.of())
            .setSubmittedMillis(0)
            .build();
    try (TrainingJobs operator =
            new TrainingJobs(broker.settings("operator"), InstantSource.system());
        TrainingJobs trainer =
            new TrainingJobs(broker.settings("trainer"), InstantSource.system())) {
      operator.submit(job);
      assertThat(trainer.claim("trainer", "trainer#1", any -> false))
          .map(TrainingJob::getId)
          .isEqualTo(Optional.of("first"));
      assertThat(operator.all()).hasSize(1);
    }
  }

  private static void deadLettersAreReplayed() {
    assertThat(run("dead", "list", "--kafka-config", as("operator")).requireSuccess().out())
        .contains("ISO-102");
    run("dead", "replay", "--all", "--into-scope", "", "--kafka-config", as("operator"))
        .requireSuccess();
  }

  /** With the modules that are active, and nothing is left of the route. */
  private static void aSuiteIsEvaluatedThroughARouteOfItsOwn() throws Exception {
    String report =
        run(
                "eval",
                "run",
                "--suite",
                suite(),
                "--modules",
                "active",
                "--eval-dir",
                folder.resolve("evaluation").toString(),
                "--kafka-config",
                as("evaluator"))
            .requireSuccess()
            .out();
    assertThat(report).contains("de-en");
    try (Admin admin = Admin.create(broker.settings(SecuredBroker.ADMIN).admin())) {
      assertThat(admin.listTopics().names().get())
          .contains(Topics.EVALUATIONS)
          .noneMatch(topic -> topic.startsWith("isogloss.evaluation."));
      assertThat(admin.listGroups().all().get())
          .noneMatch(group -> group.groupId().startsWith("isogloss.evaluation."));
    }
  }

  /** Three translations. */
  private static String suite() throws IOException {
    Path pairs = folder.resolve("suite/bitext/pairs/de-en.tsv");
    if (!Files.exists(pairs)) {
      Files.createDirectories(pairs.getParent());
      Files.writeString(
          pairs,
          """
          id\tde\ten
          1\tDas Haus ist rot.\tThe house is red.
          2\tDer Hund schläft.\tThe dog sleeps.
          3\tWir gehen heim.\tWe are going home.
          """);
    }
    return folder.resolve("suite").toString();
  }

  /** A module of the tiny backbone that moves every vector. */
  private static Path module(String name, long seed) throws IOException {
    Path directory = folder.resolve(name);
    if (!Files.exists(directory)) {
      try (Backbone backbone = Backbone.open(folder.resolve("backbone"))) {
        RandomModules.writeCentring(directory, backbone, LAYERS, "de", 0.1, seed);
      }
    }
    return directory;
  }

  /** How many records a topic holds, asked by the administrator. */
  private static long records(String topic) throws ExecutionException, InterruptedException {
    KafkaSettings kafka = broker.settings(SecuredBroker.ADMIN);
    int partitions =
        TopicPlan.standard().topics().stream()
            .filter(each -> each.name().equals(topic))
            .mapToInt(TopicSpec::partitions)
            .sum();
    try (Admin admin = Admin.create(kafka.admin())) {
      Map<TopicPartition, OffsetSpec> ends =
          Stream.iterate(0, i -> i < partitions, i -> i + 1)
              .collect(
                  Collectors.toMap(i -> new TopicPartition(topic, i), i -> OffsetSpec.latest()));
      return admin.listOffsets(ends).all().get().values().stream()
          .mapToLong(end -> end.offset())
          .sum();
    }
  }

  @Test
  @Order(3)
  void theSecretsWereThereToBeFound() throws IOException {
    assertThat(Files.readString(broker.clientFile("reader"), UTF_8)).contains("never-shown");
  }

  /** Whole, where the system tells: what Java tells of it ends after a page. */
  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
          .replace('\0', ' ');
    } catch (IOException e) {
      return process.info().commandLine().orElse("");
    }
  }
}
