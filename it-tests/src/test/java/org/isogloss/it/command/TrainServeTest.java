package org.isogloss.it.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.isogloss.it.replay.AuditReport;
import org.isogloss.it.replay.CommittedLog;
import org.isogloss.it.replay.ExactlyOnceAudit;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.record.Embedding;
import org.isogloss.schemas.record.ModuleEvent;
import org.isogloss.schemas.record.ModuleEventKind;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.streams.send.SentenceSender;
import org.isogloss.streams.send.SentenceSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} and {@code train serve} as a user would run them, on the tiny backbone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrainServeTest {
  private static final List<String> WHO =
      List.of(
          "Der Bäcker\tThe baker",
          "Tom\tTom",
          "Sie\tShe",
          "Der Nachbar\tOur neighbour",
          "Ein Pfleger\tA nurse",
          "Die Richterin\tThe judge",
          "Mein Onkel\tMy uncle");
  private static final List<String> WHAT =
      List.of(
          "verkauft Brot\tsells bread",
          "spielt Schach\tplays chess",
          "wartet\twaits",
          "singt\tsings",
          "friert\tis cold",
          "liest\treads");
  private static final List<String> WHERE =
      List.of(
          "in Lissabon.\tin Lisbon.",
          "am Fluss.\tnear the river.",
          "in der Nacht.\tat night.",
          "am Meer.\tby the sea.",
          "wieder.\tagain.");

  @TempDir Path folder;
  private Commands commands = new Commands(Path.of(""));
  private String data = "";
  private String pairs = "";

  /** The same sentences under another language's name, so that tests do not share modules. */
  private String otherPairs = "";

  private @Nullable CommandProcess up;

  @BeforeAll
  void start() {
    commands = new Commands(folder);
    data = folder.resolve("data").toString();
    List<String> lines = new ArrayList<>(List.of("de\ten"));
    for (String who : WHO) {
      for (String what : WHAT) {
        for (String where : WHERE) {
          lines.add(
              joined(0, who, what, where) + "\t" + joined(1, who, what, where));
        }
      }
    }
    pairs = commands.file("de-en.tsv", lines.stream());
    lines.set(0, "nl\ten");
    otherPairs = commands.file("nl-en.tsv", lines.stream());
    CommandProcess started = commands.start("up", "--data", data);
    up = started;
    started.awaitLine("ready: ");
  }

  @AfterAll
  void stop() {
    if (up != null) {
      up.close();
    }
  }

  private static String joined(int side, String... parts) {
    return String.join(
        " ", Arrays.stream(parts).map(part -> part.split("\t")[side]).toList());
  }

  private CommandProcess serve() {
    CommandProcess service = commands.start("train", "serve", "--data", data);
    service.awaitLine("ready: ");
    return service;
  }

  private String submit(List<String> options, String... stage) {
    List<String> arguments = new ArrayList<>(List.of("train", "submit", "--data", data));
    arguments.addAll(options);
    arguments.addAll(List.of(stage));
    return commands.run(arguments.toArray(String[]::new)).requireSuccess().out().strip();
  }

  /** The cells of a job's line: id, state, stage, language, service, time, module, end. */
  private List<String> job(String id) {
    return commands.run("train", "jobs", "--data", data).requireSuccess().lines().stream()
        .map(line -> List.of(line.split("\t")))
        .filter(cells -> cells.getFirst().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private List<String> awaitEnd(String id) {
    List<List<String>> seen = new ArrayList<>();
    Awaitility.await()
        .atMost(CommandProcess.PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              seen.add(job(id));
              return List.of("DONE", "FAILED").contains(seen.getLast().get(1));
            });
    return seen.getLast();
  }

  private String address() throws IOException {
    return Files.readString(folder.resolve("data/broker.address")).strip();
  }

  @Test
  void aJobsModuleIsPromotedWhileSentencesAreEncodedAndLaterVectorsCarryIt() throws Exception {
    KafkaSettings kafka = KafkaSettings.of(address());
    AtomicBoolean enough = new AtomicBoolean();
    Thread feeder =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (SentenceSender sender = SentenceSender.connect(kafka)) {
                    for (int i = 0; !enough.get(); i++) {
                      String text = "Satz Nummer %d wartet am Meer.%n".formatted(i);
                      sender.send(
                          new SentenceSource(
                              "feed-" + i,
                              Optional.of("de"),
                              "",
                              () -> new ByteArrayInputStream(text.getBytes(UTF_8))),
                          Optional.empty(),
                          sent -> {});
                    }
                  }
                });
    try (CommandProcess service = serve()) {
      String id =
          submit(
              List.of("--promote-if-better", "margin_error", "--reason", "a better German"),
              "align",
              "--lang",
              "de",
              "--parallel",
              pairs,
              "--language-module",
              "active",
              "--start",
              "ridge",
              "--same-from",
              "0.9999",
              "--epochs",
              "2",
              "--bottleneck",
              "8");
      List<String> ended = awaitEnd(id);
      assertThat(ended.get(1)).as(ended + service.err()).isEqualTo("DONE");
      assertThat(ended.get(6)).isEqualTo("alignment/de@1");
      assertThat(ended.get(7)).startsWith("promoted: ").contains("margin_error", "95 %");
      awaitAlignment("alignment/de@1");
      assertThat(service.terminate().exitCode()).as(service.err()).isZero();
    } finally {
      enough.set(true);
      feeder.join();
    }
    Awaitility.await()
        .atMost(CommandProcess.PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> audit().unfinished().isEmpty());
    AuditReport audit = audit();
    assertThat(audit.violations()).isEmpty();
    List<Embedding> crossLingual = embeddings();
    List<Boolean> aligned =
        crossLingual.stream().map(each -> each.getAlignmentModule().isPresent()).toList();
    assertThat(aligned).as("before and after the swap").contains(true, false);
    assertThat(activations())
        .anySatisfy(
            event ->
                assertThat(event.getReason())
                    .contains("alignment/de@1", "promoted: ", "margin_error"));
    CommandProcess.Result shown =
        commands.run("modules", "show", "alignment/de", "--data", data).requireSuccess();
    assertThat(shown.out()).contains("held_out_margin_error", "ACTIVE");
  }

  private void awaitAlignment(String name) {
    Awaitility.await()
        .atMost(CommandProcess.PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .until(
            () ->
                embeddings().stream()
                    .anyMatch(
                        each ->
                            each.getAlignmentModule()
                                .map(ModuleVersion::getName)
                                .equals(Optional.of(name))));
  }

  private List<Embedding> embeddings() throws IOException {
    AvroCodec<Embedding> codec = AvroCodec.of(Embedding.class);
    List<Embedding> found = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedLog.read(address(), Topics.EMBEDDINGS)) {
      found.add(codec.decode(record.value()));
    }
    return found;
  }

  private List<ModuleEvent> activations() throws IOException {
    AvroCodec<ModuleEvent> codec = AvroCodec.of(ModuleEvent.class);
    List<ModuleEvent> found = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedLog.read(address(), Topics.MODULE_EVENTS)) {
      ModuleEvent event = codec.decode(record.value());
      if (event.getEvent() == ModuleEventKind.ACTIVATED) {
        found.add(event);
      }
    }
    return found;
  }

  private AuditReport audit() throws IOException {
    return ExactlyOnceAudit.of(
        CommittedLog.read(address(), Topics.SENTENCES),
        CommittedLog.read(address(), Topics.EMBEDDINGS),
        CommittedLog.read(address(), Topics.DEAD_LETTERS),
        Map.of(),
        0);
  }

  @Test
  void aServiceThatIsStoppedOrKilledTakesItsJobUpAgainAtItsCheckpoint() throws IOException {
    String id = submit(List.of("--id", "long"), longStage());
    Path curve = folder.resolve("home/training/trainer/jobs/long/module.training/curve.tsv");
    try (CommandProcess service = serve()) {
      awaitSteps(curve, 20);
      CommandProcess.Result stopped = service.terminate();
      assertThat(stopped.exitCode()).as(stopped.toString()).isZero();
      assertThat(stopped.err()).contains("stopped after ").doesNotContain("SIGSEGV");
    }
    assertThat(job(id).get(1)).isEqualTo("QUEUED");
    assertThat(job(id).get(7)).contains("stopped after ");
    long before = steps(curve);
    try (CommandProcess service = serve()) {
      awaitSteps(curve, before + 20);
      assertThat(service.err()).contains("goes on from step ");
      assertThat(service.kill().exitCode()).isEqualTo(128 + 9);
    }
    assertThat(job(id).get(1)).isEqualTo("RUNNING");
    try (CommandProcess service = serve()) {
      List<String> ended = awaitEnd(id);
      assertThat(ended.get(1)).as(ended + service.err()).isEqualTo("DONE");
      assertThat(ended.get(6)).isEqualTo("alignment/nl@1");
      assertThat(service.err()).contains("taken up again").contains("goes on from step ");
      assertThat(service.terminate().exitCode()).isZero();
    }
  }

  private String[] longStage() {
    return Stream.of(
            "align",
            "--lang",
            "nl",
            "--parallel",
            otherPairs,
            "--start",
            "zero",
            "--epochs",
            "150",
            "--batch",
            "16",
            "--bottleneck",
            "8",
            "--evaluate-every",
            "100",
            "--checkpoint-every",
            "5",
            "--patience",
            "1000")
        .toArray(String[]::new);
  }

  private static void awaitSteps(Path curve, long steps) {
    Awaitility.await()
        .atMost(CommandProcess.PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .ignoreExceptions()
        .until(() -> steps(curve) >= steps);
  }

  private static long steps(Path curve) throws IOException {
    return Files.readAllLines(curve).size() - 2;
  }

  @Test
  void aTrainingThatIsToldToEndStopsAtACheckpointAndSaysSo() throws IOException {
    List<String> arguments = new ArrayList<>(List.of("train"));
    arguments.addAll(List.of(longStage()));
    arguments.addAll(List.of("--out", folder.resolve("alone").toString()));
    try (CommandProcess training = commands.start(arguments.toArray(String[]::new))) {
      awaitSteps(folder.resolve("alone.training/curve.tsv"), 10);
      CommandProcess.Result stopped = training.terminate();
      assertThat(stopped.exitCode()).as(stopped.toString()).isEqualTo(1);
      assertThat(stopped.err()).contains("ISO-412: stopped after ");
    }
  }

  @Test
  void badJobsAreRefusedWhenSubmittedOrFailWithTheirCode() {
    CommandProcess.Result none =
        commands.run("train", "submit", "--data", data, "dance", "--lang", "de");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err()).contains("ISO-413");
    CommandProcess.Result option =
        commands.run("train", "submit", "--data", data, "align", "--lang", "de", "--speed", "9");
    assertThat(option.exitCode()).isEqualTo(1);
    assertThat(option.err()).contains("ISO-121");
    String missing =
        submit(List.of(), "align", "--lang", "de", "--parallel", "/nowhere/de-en.tsv");
    try (CommandProcess service = serve()) {
      List<String> ended = awaitEnd(missing);
      assertThat(ended.get(1)).isEqualTo("FAILED");
      assertThat(ended.get(7)).startsWith("ISO-120 ").contains("/nowhere/de-en.tsv");
      assertThat(service.isAlive()).isTrue();
      CommandProcess.Result second = commands.run("train", "serve", "--data", data);
      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.err()).contains("another training service works in");
      assertThat(service.terminate().exitCode()).isZero();
    }
  }
}
