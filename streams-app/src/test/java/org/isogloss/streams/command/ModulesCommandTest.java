package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.error.ErrorCode;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.registry.ModuleLedger;
import org.isogloss.registry.ModuleTopic;
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person does to modules, on the command line, while an {@code up} encodes. Every test has
 * languages of its own; the English module is everybody's pivot.
 */
class ModulesCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LAYERS = 2;

  /** So that modules are far apart: what one makes of a sentence no other does. */
  private static final double SPREAD = 0.3;

  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static Backbone backbone;
  private static ModuleAdministration modules;
  private static DirectoryModuleStore store;
  private static Path english;
  private static Up up;
  private static int made;

  @BeforeAll
  static void aPipelineWithAPivot() throws Exception {
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    backbone = Backbone.open(folder.resolve("tiny"));
    broker = EmbeddedBroker.start(folder.resolve("broker"));
    KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(kafka, TopicPlan.standard());
    // Where the commands look unless told otherwise.
    store = new DirectoryModuleStore(folder.resolve("home/modules/store"));
    modules = new ModuleAdministration(kafka, "tester", InstantSource.system());
    english = language("en", 1);
    modules.activate(List.of(publish(english)), false, "the pivot");
    up = new Up("--roles", "router,encoder");
    assertThat(up.said()).contains("modules: en: none -> language/en@1");
  }

  @AfterAll
  static void stop() throws Exception {
    up.close();
    modules.close();
    broker.close();
    backbone.close();
  }

  /** {@code up} in a thread of this process; it ends when it is interrupted. */
  private static final class Up implements AutoCloseable {
    private final TestTerminal terminal = terminal();
    private final Thread thread;

    Up(String... options) {
      String[] arguments =
          Stream.concat(Stream.of("up"), Arrays.stream(options)).toArray(String[]::new);
      thread = Thread.ofPlatform().name("up").start(() -> terminal.run(arguments));
      await()
          .atMost(PATIENCE)
          .until(() -> terminal.out().startsWith("ready: ") || !thread.isAlive());
      assertThat(terminal.out()).as(terminal::err).startsWith("ready: ");
    }

    /** The lines for people, so far. */
    List<String> said() {
      return terminal.err().lines().toList();
    }

    void awaitLine(String line) {
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(said()).contains(line));
    }

    @Override
    public void close() throws InterruptedException {
      thread.interrupt();
      assertThat(thread.join(PATIENCE)).as(terminal::err).isTrue();
    }
  }

  @Test
  void twoVersionsWithTheirAlignmentsGoLiveAndBackAndTheListTellsOfEachAndWhoHasLoadedIt()
      throws Exception {
    Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
    Path first = language("de", 1);
    Path alignment = alignment("de", 2, first);
    Path second = language("de", 3);
    List<Path> all = List.of(first, alignment, second, alignment("de", 4, second));
    List<String> names =
        List.of("language/de@1", "alignment/de@1", "language/de@2", "alignment/de@2");
    assertThat(done("modules", "publish", first.toString()))
        .isEqualTo("language/de@1  %s%n".formatted(ModulePack.digest(first)));
    assertThat(done("modules", "publish", alignment.toString()))
        .isEqualTo("alignment/de@1  %s%n".formatted(ModulePack.digest(alignment)));
    publish(all.get(2));
    publish(all.get(3));
    assertThat(done("modules", "activate", "language/de@1", "alignment/de@1"))
        .isEqualTo("de: language/de@1 + alignment/de@1%n".formatted());
    up.awaitLine("modules: de: none -> language/de@1 + alignment/de@1");
    done("modules", "activate", "alignment/de@2", "language/de@2");
    up.awaitLine("modules: de: language/de@1 + alignment/de@1 -> language/de@2 + alignment/de@2");

    try (Up another = new Up("--roles", "encoder", "--slot", "spare")) {
      assertThat(another.said()).contains("modules: de: none -> language/de@2 + alignment/de@2");
      SequencedMap<String, JsonNode> listed =
          listOnceLoaded(
              Map.of(
                  "language/de@1",
                  List.of(),
                  "language/de@2",
                  List.of("0", "spare"),
                  "alignment/de@2",
                  List.of("0", "spare")));
      for (int i = 0; i < all.size(); i++) {
        JsonNode module = of(listed, names.get(i));
        Digest digest = ModulePack.digest(all.get(i));
        assertThat(module.required("digest").asText()).isEqualTo(digest.hex());
        assertThat(module.required("bytes").asLong()).isEqualTo(Files.size(pack(digest)));
        assertThat(module.required("backbone").asText()).isEqualTo(backbone.digest().hex());
        assertThat(module.required("layers").asInt()).isEqualTo(LAYERS);
        assertThat(Instant.parse(module.required("announced").asText()))
            .isBetween(before, Instant.now());
      }
      assertThat(texts(listed, names, "stage"))
          .containsExactly("CANDIDATE", "CANDIDATE", "ACTIVE", "ACTIVE");
      // Alignments lead into the pivot's space, whatever stands before them.
      List<String> spaces = texts(listed, names, "space");
      assertThat(spaces.subList(0, 3)).doesNotHaveDuplicates();
      assertThat(spaces.get(3)).isEqualTo(spaces.get(1));

      assertThat(done("modules", "rollback", "de", "--reason", "worse"))
          .isEqualTo("de: language/de@1 + alignment/de@1%n".formatted());
      String back = "modules: de: language/de@2 + alignment/de@2 -> language/de@1 + alignment/de@1";
      up.awaitLine(back);
      another.awaitLine(back);
    }
    // What has stopped has loaded nothing.
    SequencedMap<String, JsonNode> listed =
        listOnceLoaded(
            Map.of(
                "language/de@1",
                List.of("0"),
                "alignment/de@1",
                List.of("0"),
                "language/de@2",
                List.of()));
    assertThat(texts(listed, names, "stage"))
        .containsExactly("ACTIVE", "ACTIVE", "CANDIDATE", "CANDIDATE");

    List<String> table = done("modules", "list").lines().toList();
    assertThat(cells(table.getFirst()))
        .containsExactly(
            "module", "stage", "digest", "MB", "backbone", "layers", "space", "loaded by");
    assertThat(table).hasSize(2 + listed.size());
    for (String name : names) {
      JsonNode module = of(listed, name);
      List<String> expected =
          new ArrayList<>(
              List.of(
                  name,
                  module.required("stage").asText(),
                  module.required("digest").asText().substring(0, 12),
                  "0.0",
                  backbone.digest().abbreviated(),
                  Integer.toString(LAYERS),
                  module.required("space").asText().substring(0, 12)));
      module.required("loadedBy").forEach(worker -> expected.add(worker.asText()));
      assertThat(table.stream().map(ModulesCommandTest::cells)).contains(expected);
    }
  }

  @Test
  void pinnedVersionsEncodeAlthoughOthersAreActiveAndTheOutputNamesThem() throws Exception {
    Path first = language("sw", 11);
    Path second = language("sw", 12);
    publish(first);
    publish(alignment("sw", 13, first));
    publish(second);
    publish(alignment("sw", 14, second));
    activate("language/sw@2", "alignment/sw@2");
    up.awaitLine("modules: sw: none -> language/sw@2 + alignment/sw@2");
    String pins = "language/sw@1,alignment/sw@1";

    JsonNode active = encoded("--view", "cross");
    assertMadeBy(active, "cross", "language/sw@2", "alignment/sw@2");
    JsonNode direct = encoded("--view", "cross", "--modules", pins, "--direct");
    assertMadeBy(direct, "cross", "language/sw@1", "alignment/sw@1");
    // By a pipeline of its own, since no worker of the one that runs has these.
    JsonNode routed = encoded("--view", "cross", "--modules", pins);
    assertMadeBy(routed, "cross", "language/sw@1", "alignment/sw@1");
    JsonNode alone = encoded("--view", "mono", "--modules", pins, "--direct");
    assertMadeBy(alone, "mono", "language/sw@1", "none");

    // Not the names alone: the weights are theirs.
    assertThat(distance(routed, direct)).isCloseTo(0, within(1e-4));
    assertThat(distance(direct, active)).isGreaterThan(0.1);
    assertThat(distance(direct, alone)).isGreaterThan(0.1);
    assertThat(texts(list(), List.of("language/sw@1", "alignment/sw@1"), "space"))
        .containsExactly(alone.required("space").asText(), direct.required("space").asText());
    assertThat(active.required("space")).isEqualTo(direct.required("space"));

    // An alignment brings along what it was made for.
    assertThat(refused("encode", "--modules", "language/sw@2,alignment/sw@1", "--direct"))
        .startsWith("ISO-217: language/sw@2 and language/sw@1 cannot serve together");
    assertThat(refused("encode", "--modules", "language/sw@7", "--direct"))
        .startsWith("ISO-214: language/sw@7 is neither a published module nor a directory");
  }

  @Test
  void aModuleIsShownWithItsManifestItsScoresAndItsHistory() throws Exception {
    Path directory =
        write(
            new ModuleManifest.Language(
                "fr",
                common(Map.of("data", "tatoeba-train", "seed", "7"), Map.of("sts_spearman", 71.25)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                PostProcessing.WHITEN),
            21);
    ModuleReference published =
        modules.publish(directory, store, Map.of("bitext_error", 12.5), "trained overnight");
    done("modules", "activate", "language/fr@1", "--actor", "ann", "--reason", "better by far");
    up.awaitLine("modules: fr: none -> language/fr@1");
    publish(language("fr", 22));
    assertThat(done("modules", "show", "language/fr"))
        .as("the newest")
        .startsWith("language/fr@2  CANDIDATE");

    // The worker tells of its switch on its own, after its line.
    List<String> lines =
        await()
            .atMost(Duration.ofMinutes(1))
            .until(
                () -> done("modules", "show", "language/fr@1"), shown -> shown.contains("SWITCHED"))
            .lines()
            .toList();
    assertThat(lines.subList(0, 4))
        .containsExactly(
            "language/fr@1  ACTIVE",
            "digest  " + published.digest(),
            "space   " + ModuleSpace.of(modules.ledger().version("language/fr@1").orElseThrow()),
            "bitext_error  12.5000");
    int end = lines.indexOf("}");
    JsonNode manifest = MAPPER.readTree(String.join("\n", lines.subList(4, end + 1)));
    assertThat(manifest.required("backbone").asText()).isEqualTo(backbone.digest().hex());
    assertThat(manifest.required("post_processing").asText()).isEqualTo("whiten");
    assertThat(manifest.required("lineage").required("data").asText()).isEqualTo("tatoeba-train");
    assertThat(manifest.required("lineage").required("seed").asText()).isEqualTo("7");
    assertThat(manifest.required("metrics").required("sts_spearman").asDouble()).isEqualTo(71.25);
    List<List<String>> history =
        lines.subList(end + 1, lines.size()).stream().map(ModulesCommandTest::cells).toList();
    assertThat(history)
        .allSatisfy(event -> assertThat(Instant.parse(event.getFirst())).isBefore(Instant.now()))
        .map(event -> event.subList(1, event.size()))
        .contains(
            List.of(
                "PUBLISHED", "tester", published.digest().abbreviated() + ": trained overnight"),
            List.of("ACTIVATED", "ann", "language/fr@1: better by far"),
            List.of("SWITCHED", WorkerName.of("0"), "none -> language/fr@1"));
  }

  @Test
  void aTenthVersionComesAfterTheSecondAndItsHistoryIsNotThatOfTheFirst() throws Exception {
    publish(language("nl", 31));
    publish(language("nl", 32));
    announce(language("nl", 40), 10);
    activate("language/nl@10");
    up.awaitLine("modules: nl: none -> language/nl@10");
    assertThat(done("modules", "show", "language/nl")).startsWith("language/nl@10  ACTIVE");
    assertThat(done("modules", "show", "language/nl@1"))
        .contains("PUBLISHED")
        .doesNotContain("nl@10");
    assertThat(list().keySet().stream().filter(name -> name.startsWith("language/nl@")))
        .containsExactly("language/nl@1", "language/nl@2", "language/nl@10");
  }

  @Test
  void everyChangeIsAnEventWithTimeActorAndReason() throws Exception {
    long before = System.currentTimeMillis();
    Path module = language("ru", 51);
    done("modules", "publish", module.toString(), "--actor", "ann");
    done("modules", "activate", "language/ru@1", "--actor", "ben");
    up.awaitLine("modules: ru: none -> language/ru@1");
    // What served before was nothing.
    assertThat(
            done("modules", "rollback", "ru", "--actor", "cem", "--reason", "worse than without"))
        .isEqualTo("ru: none%n".formatted());
    up.awaitLine("modules: ru: language/ru@1 -> none");
    assertThat(done("modules", "retire", "language/ru@1", "--actor", "dan", "--reason", "at fault"))
        .isEqualTo("language/ru@1: RETIRED%n".formatted());
    long after = System.currentTimeMillis();

    List<JsonNode> events = new ArrayList<>();
    for (String line : done("export", Topics.MODULE_EVENTS).lines().toList()) {
      JsonNode event = MAPPER.readTree(line).required("value");
      // What the workers report is the story of another test.
      if (List.of("ru", "language/ru@1").contains(event.required("subject").asText())
          && event.required("worker").asText().isEmpty()) {
        events.add(event);
      }
    }
    assertThat(events)
        .map(
            event ->
                Stream.of("event", "subject", "actor", "reason")
                    .map(field -> event.required(field).asText())
                    .collect(Collectors.joining(" | ")))
        .containsExactly(
            "PUBLISHED | language/ru@1 | ann | " + ModulePack.digest(module).abbreviated(),
            "ACTIVATED | ru | ben | language/ru@1",
            "ROLLED_BACK | ru | cem | none: worse than without",
            "RETIRED | language/ru@1 | dan | at fault");
    assertThat(events.stream().map(event -> event.required("timeMillis").asLong()))
        .isSorted()
        .allSatisfy(time -> assertThat(time).isBetween(before, after));
  }

  @Test
  void whatServesIsNotRetiredAndWhatIsRetiredServesNoMore() throws Exception {
    publish(language("es", 71));
    publish(language("es", 72));
    activate("language/es@1");
    assertThat(refused("modules", "retire", "language/es@1"))
        .startsWith("ISO-217: language/es@1 serves; activate another version first");
    assertThat(stages("es")).containsExactly("ACTIVE", "CANDIDATE");

    activate("language/es@2");
    assertThat(done("modules", "retire", "language/es@1"))
        .isEqualTo("language/es@1: RETIRED%n".formatted());
    assertThat(refused("modules", "activate", "language/es@1"))
        .startsWith("ISO-217: language/es@1 is retired");
    assertThat(refused("modules", "rollback", "es"))
        .startsWith("ISO-217: language/es@1 is retired");
    assertThat(done("modules", "show", "language/es@1")).startsWith("language/es@1  RETIRED");
    assertThat(stages("es")).containsExactly("RETIRED", "ACTIVE");
  }

  @Test
  void whatIsNotThereIsACodedFailureWithARemedyAndChangesNothing() throws Exception {
    publish(language("tr", 81));
    assertIsNotThere("activate", "language/tr@7");
    assertIsNotThere("show", "language/tr@0");
    assertIsNotThere("show", "tr");
    assertIsNotThere("retire", "language/tr@first");
    // One that is there does not serve without the one that was wanted beside it.
    assertThat(refused("modules", "activate", "language/tr@1", "alignment/tr@1"))
        .startsWith("ISO-214: there is no alignment/tr@1");
    assertThat(refused("modules", "rollback", "tr"))
        .startsWith("ISO-214: nothing was ever activated for tr");
    assertThat(refused("modules", "publish", folder.resolve("nowhere").toString()))
        .startsWith("ISO-213: ")
        .contains("nowhere");
    assertThat(stages("tr")).containsExactly("CANDIDATE");
  }

  private static void assertIsNotThere(String command, String name) {
    assertThat(refused("modules", command, name))
        .isEqualTo(
            "ISO-214: there is no %s; see `isogloss modules list`%nremedy: %s%n"
                .formatted(name, ErrorCode.MODULE_MISSING.remedy()));
  }

  @Test
  void whatDoesNotGoTogetherIsRefusedAndChangesNothing() throws Exception {
    Path first = language("pl", 91);
    publish(first);
    publish(language("pl", 92));
    publish(alignment("pl", 93, first));
    assertThat(refused("modules", "activate", "language/pl@2", "alignment/pl@1"))
        .startsWith("ISO-217: alignment/pl@1 was made for the language module ");
    assertThat(refused("modules", "activate", "language/pl@1", "language/pl@2"))
        .startsWith("ISO-121: language/pl@1 and language/pl@2 cannot serve together");
    assertThat(refused("modules", "publish", alignment("pl", 94, language("pl", 95)).toString()))
        .startsWith("ISO-217: the language module ")
        .contains("is not published");
    assertThat(stages("pl")).containsExactly("CANDIDATE", "CANDIDATE", "CANDIDATE");
  }

  @Test
  void aWrongCallIsToldAsOne() {
    for (List<String> call :
        List.of(
            List.of("activate"),
            List.of("show"),
            List.of("rollback"),
            List.of("retire"),
            List.of("publish"),
            List.of("list", "--jason"),
            List.of("retire", "language/en@1", "language/en@2"))) {
      TestTerminal terminal = terminal();
      String[] arguments =
          Stream.concat(Stream.of("modules"), call.stream()).toArray(String[]::new);
      assertThat(terminal.run(arguments)).as("%s", call).isEqualTo(2);
      assertThat(terminal.out()).isEmpty();
      assertThat(terminal.err())
          .startsWith("ISO-121: ")
          .contains("remedy: ", "help: isogloss modules " + call.getFirst() + " --help");
    }
  }

  private static TestTerminal terminal() {
    return new TestTerminal()
        .environment("ISOGLOSS_BOOTSTRAP_SERVERS", broker.bootstrapServers())
        .environment("ISOGLOSS_MODEL", backbone.directory().toString())
        .environment("ISOGLOSS_HOME", folder.resolve("home").toString())
        .environment("ISOGLOSS_THREADS", "1");
  }

  /** Runs a command that must end well, and returns its output. */
  private static String done(String... arguments) {
    TestTerminal terminal = terminal();
    assertThat(terminal.run(arguments)).as(terminal::err).isZero();
    return terminal.out();
  }

  /** Runs a command that must fail, and returns what it says of that. */
  private static String refused(String... arguments) {
    TestTerminal terminal = terminal();
    assertThat(terminal.run(arguments)).as(terminal::out).isEqualTo(1);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err()).contains("\nremedy: ");
    return terminal.err();
  }

  /** What `list --json` says, by name, in its order. */
  private static SequencedMap<String, JsonNode> list() throws IOException {
    SequencedMap<String, JsonNode> listed = new LinkedHashMap<>();
    for (JsonNode module : MAPPER.readTree(done("modules", "list", "--json"))) {
      listed.put(module.required("module").asText(), module);
    }
    return listed;
  }

  private static JsonNode of(Map<String, JsonNode> listed, String name) {
    return Objects.requireNonNull(listed.get(name), name);
  }

  private static List<String> texts(
      Map<String, JsonNode> listed, List<String> names, String field) {
    return names.stream().map(name -> of(listed, name).required(field).asText()).toList();
  }

  /** What `list --json` says once it tells these slots; events come a little after the deed. */
  private static SequencedMap<String, JsonNode> listOnceLoaded(Map<String, List<String>> slots) {
    SequencedMap<String, JsonNode> listed = new LinkedHashMap<>();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              listed.clear();
              listed.putAll(list());
              slots.forEach(
                  (name, expected) ->
                      assertThat(of(listed, name).required("loadedBy"))
                          .as(name)
                          .map(JsonNode::asText)
                          .containsExactlyElementsOf(
                              expected.stream().map(WorkerName::of).toList()));
            });
    return listed;
  }

  /** The stages of a language's modules, as they are listed, without the command. */
  private static List<String> stages(String language) {
    ModuleLedger ledger = modules.ledger();
    return ledger.versions().stream()
        .map(ModuleLedger.Version::reference)
        .filter(module -> module.language().equals(language))
        .map(module -> ModulesListCommand.stage(ledger, module))
        .toList();
  }

  private static JsonNode encoded(String... options) throws IOException {
    TestTerminal terminal = terminal().input("Nyumba ni nyekundu.\n");
    String[] arguments =
        Stream.concat(Stream.of("encode", "--lang", "sw"), Arrays.stream(options))
            .toArray(String[]::new);
    assertThat(terminal.run(arguments)).as(terminal::err).isZero();
    assertThat(terminal.out().lines()).hasSize(1);
    return MAPPER.readTree(terminal.out());
  }

  private static void assertMadeBy(
      JsonNode line, String view, String languageModule, String alignmentModule) {
    assertThat(
            Stream.of("language", "view", "languageModule", "alignmentModule")
                .map(field -> line.required(field).asText()))
        .containsExactly("sw", view, languageModule, alignmentModule);
  }

  private static double distance(JsonNode one, JsonNode other) {
    double squares = 0;
    for (int i = 0; i < backbone.config().hiddenSize(); i++) {
      double difference =
          one.required("vector").required(i).asDouble()
              - other.required("vector").required(i).asDouble();
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }

  private static List<String> cells(String row) {
    return List.of(row.strip().split(" {2,}"));
  }

  private static Path pack(Digest digest) {
    return folder
        .resolve("home/modules/store")
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex() + ".isogloss");
  }

  /** Without the command, where it is not what is tested. */
  private static String publish(Path module) {
    return modules.publish(module, store).name();
  }

  /** Likewise. */
  private static void activate(String... names) {
    modules.activate(List.of(names), false, "test");
  }

  /** Under a number that is not the next. */
  private static void announce(Path module, int number) throws Exception {
    Path pack = folder.resolve("pack-" + number);
    ModuleManifest manifest = ModuleFiles.readManifest(module);
    Digest digest = ModulePack.pack(module, pack);
    store.put(digest, pack);
    ModuleReference reference =
        new ModuleReference(manifest.kind(), manifest.language(), number, digest);
    KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      producer
          .send(
              new ModuleTopic(WriterSchemas.ours())
                  .announcement(
                      new ModuleLedger.Version(
                          reference, manifest, Files.size(pack), System.currentTimeMillis()),
                      "tester"))
          .get();
    }
  }

  private static Path language(String language, long seed) throws IOException {
    return write(
        new ModuleManifest.Language(
            language,
            common(Map.of(), Map.of()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PostProcessing.CENTRE),
        seed);
  }

  private static Path alignment(String language, long seed, Path module) throws IOException {
    return write(
        new ModuleManifest.Alignment(
            language,
            common(Map.of(), Map.of()),
            Optional.of(ModulePack.digest(module)),
            Optional.of(ModulePack.digest(english)),
            Optional.empty(),
            true),
        seed);
  }

  private static ModuleManifest.Common common(
      Map<String, String> lineage, Map<String, Double> metrics) {
    return new ModuleManifest.Common(
        backbone.digest(),
        LAYERS,
        backbone.config().hiddenSize(),
        lineage,
        metrics,
        "none",
        List.of());
  }

  private static Path write(ModuleManifest manifest, long seed) throws IOException {
    Path directory = folder.resolve("module-" + made++);
    RandomModules.write(
        directory, manifest, backbone.config(), Optional.empty(), SPREAD, seed, tensor -> false);
    return directory;
  }
}
