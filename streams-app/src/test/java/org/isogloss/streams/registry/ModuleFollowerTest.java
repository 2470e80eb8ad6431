package org.isogloss.streams.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.registry.CachedModules;
import org.isogloss.registry.LoadedModules;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.registry.ModuleLedger;
import org.isogloss.registry.ModuleTopic;
import org.isogloss.schemas.record.ModuleEvent;
import org.isogloss.schemas.record.ModuleEventKind;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.store.ModuleCache;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry against a real broker, with a real encoder on a tiny backbone. */
class ModuleFollowerTest {
  private static final int LAYERS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * What a busy machine keeps too. That an idle worker needs less than a second is what {@code
   * isogloss bench swap} measures; the numbers are in docs/performance.md.
   */
  private static final Duration PROMPT = Duration.ofSeconds(10);

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static KafkaSettings kafka;
  private static Backbone backbone;
  private static DirectoryModuleStore store;
  private static ModuleAdministration modules;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private static int made;

  @BeforeAll
  static void open() throws IOException {
    broker = EmbeddedBroker.start(folder.resolve("broker"));
    kafka = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(kafka, TopicPlan.standard());
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    backbone = Backbone.open(folder.resolve("tiny"));
    store = new DirectoryModuleStore(folder.resolve("store"));
    modules = new ModuleAdministration(kafka, "tester", InstantSource.system());
  }

  @AfterEach
  void closeOpened() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  @AfterAll
  static void close() {
    modules.close();
    backbone.close();
    broker.close();
  }

  @Test
  void aRunningWorkerTakesUpWhatIsActivatedAndWhatIsRolledBackWithinTenSeconds() throws Exception {
    TorchEncoder encoder = encoder();
    follow(encoder, "a");
    assertThat(provenance(encoder, "de").languageModule()).isEmpty();
    ModuleReference first = publish(language("de", 1));
    assertThat(first.name()).isEqualTo("language/de@1");
    activate(first);
    awaitServing(encoder, "de", first, PROMPT);
    ModuleReference second = publish(language("de", 2));
    assertThat(second.name()).isEqualTo("language/de@2");
    activate(second);
    awaitServing(encoder, "de", second, PROMPT);
    modules.rollback("de", false, "worse");
    awaitServing(encoder, "de", first, PROMPT);
    List<ModuleEvent> events = events(ModuleEventKind.SWITCHED, "de", 3);
    assertThat(events)
        .extracting(ModuleEvent::getReason)
        .containsExactly(
            "none -> language/de@1",
            "language/de@1 -> language/de@2",
            "language/de@2 -> language/de@1");
    assertThat(LoadedModules.byModule(modules.events(), slot -> true))
        .containsEntry("language/de@1", List.of("a"))
        .containsEntry("language/de@2", List.of());
    assertThat(events(ModuleEventKind.ROLLED_BACK, "de", 1))
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.getActor()).isEqualTo("tester");
              assertThat(e.getReason()).contains("worse");
            });
  }

  @Test
  void publishingTheSameTwiceKeepsItsName() throws Exception {
    Path module = language("es", 1);
    assertThat(publish(module)).isEqualTo(publish(module));
  }

  @Test
  void aModuleAtFaultIsRefusedEverywhereAndWhatServedBeforeServes() throws Exception {
    ModuleReference good = publish(language("tr", 1));
    activate(good);
    TorchEncoder running = encoder();
    follow(running, "running");
    awaitServing(running, "tr", good);
    Path wrong =
        language("tr", 2, List.of(new SelfTest("Guten Tag", unit(backbone.config().hiddenSize()))));
    ModuleReference bad = publish(wrong);
    activate(bad);
    ModuleEvent refused = events(ModuleEventKind.REFUSED, bad.name(), 1).getFirst();
    assertThat(refused.getCode()).isEqualTo(ErrorCode.BAD_MODULE.code());
    assertThat(refused.getReason()).contains("self-test");
    assertThat(provenance(running, "tr").languageModule()).contains(good);
    TorchEncoder restarted = encoder();
    follow(restarted, "restarted");
    assertThat(restarted.serving()).isEqualTo(running.serving());
    // The way on is open.
    ModuleReference better = publish(language("tr", 3));
    activate(better);
    awaitServing(running, "tr", better);
    awaitServing(restarted, "tr", better);
  }

  @Test
  void whileTheStoreIsDownTheOldModulesServeAndTheOthersGoOn() throws Exception {
    ModuleReference old = publish(language("ru", 1));
    activate(old);
    TorchEncoder encoder = encoder();
    follow(encoder, "a");
    ModuleReference next = publish(language("ru", 2));
    ModuleReference swahili = publish(language("sw", 3));
    Path away = folder.resolve("away");
    Files.move(folder.resolve("store"), away);
    try {
      activate(next);
      assertThat(events(ModuleEventKind.REFUSED, next.name(), 1).getFirst().getCode())
          .isEqualTo(ErrorCode.STORE_UNAVAILABLE.code());
      assertThat(provenance(encoder, "ru").languageModule()).contains(old);
    } finally {
      Files.move(away, folder.resolve("store"));
    }
    activate(swahili);
    awaitServing(encoder, "sw", swahili);
    awaitServing(encoder, "ru", next);
  }

  @Test
  void aPackThatIsGoneOrAlteredIsRefused() throws Exception {
    TorchEncoder encoder = encoder();
    follow(encoder, "a");
    ModuleReference gone = publish(language("ko", 1));
    Files.delete(pack(gone));
    activate(gone);
    assertThat(events(ModuleEventKind.REFUSED, gone.name(), 1).getFirst().getCode())
        .isEqualTo(ErrorCode.MODULE_MISSING.code());
    ModuleReference altered = publish(language("ko", 2));
    byte[] bytes = Files.readAllBytes(pack(altered));
    bytes[bytes.length / 2] ^= 1;
    Files.write(pack(altered), bytes);
    activate(altered);
    assertThat(events(ModuleEventKind.REFUSED, altered.name(), 1).getFirst().getCode())
        .isEqualTo(ErrorCode.DIGEST_MISMATCH.code());
    assertThat(provenance(encoder, "ko").languageModule()).isEmpty();
  }

  @Test
  void aPackThatComesLateIsTakenUpWithoutAnotherCommandAndRefusedOnceUntilThen() throws Exception {
    TorchEncoder encoder = encoder();
    follow(encoder, "a");
    ModuleReference late = publish(language("yo", 1));
    Path away = folder.resolve("late-pack");
    Files.move(pack(late), away);
    activate(late);
    assertThat(events(ModuleEventKind.REFUSED, late.name(), 1).getFirst().getCode())
        .isEqualTo(ErrorCode.MODULE_MISSING.code());
    // Long enough for a second attempt.
    Thread.sleep(1_200);
    Files.move(away, pack(late));
    awaitServing(encoder, "yo", late);
    assertThat(events(ModuleEventKind.REFUSED, late.name(), 1)).hasSize(1);
    await()
        .atMost(PATIENCE)
        .until(() -> modules.ledger().effective("yo").languageModule().equals(Optional.of(late)));
  }

  @Test
  void whatTheWorkersRefusedServesNowhereToTheAdministratorEitherAndMayBeTriedAgain()
      throws Exception {
    ModuleReference good = publish(language("am", 1));
    activate(good);
    TorchEncoder encoder = encoder();
    follow(encoder, "a");
    awaitServing(encoder, "am", good);
    ModuleReference bad =
        publish(
            language(
                "am", 2, List.of(new SelfTest("Guten Tag", unit(backbone.config().hiddenSize())))));
    activate(bad);
    events(ModuleEventKind.REFUSED, bad.name(), 1);
    assertThat(modules.ledger().effective("am").languageModule()).contains(good);
    assertThatThrownBy(() -> modules.retire(good.name(), ""))
        .hasMessageContaining("activate another version first");
    activate(bad);
    assertThat(events(ModuleEventKind.REFUSED, bad.name(), 2)).hasSizeGreaterThan(1);
    modules.rollback("am", false, "");
    modules.retire(bad.name(), "at fault");
    assertThat(provenance(encoder, "am").languageModule()).contains(good);
  }

  @Test
  void oneWorkerThatCannotLoadAModuleDoesNotSpeakForThoseThatServeIt() throws Exception {
    ModuleReference module = publish(language("ha", 1));
    activate(module);
    TorchEncoder healthy = encoder();
    follow(healthy, "healthy");
    awaitServing(healthy, "ha", module);
    awaitLoaded(module);
    TorchEncoder other =
        TorchEncoder.open(backbone, EncoderOptions.onCpu(LAYERS - 1).withThreads(1));
    opened.add(other);
    follow(other, "other");
    assertThat(events(ModuleEventKind.REFUSED, module.name(), 1)).isNotEmpty();
    assertThat(modules.ledger().effective("ha").languageModule()).contains(module);
    assertThatThrownBy(() -> modules.retire(module.name(), ""))
        .hasMessageContaining("activate another version first");
  }

  @Test
  void whatIsActiveAndCouldNotBeLoadedIsNotRetired() throws Exception {
    TorchEncoder encoder = encoder();
    follow(encoder, "a");
    ModuleReference gone = publish(language("mr", 1));
    Files.delete(pack(gone));
    activate(gone);
    events(ModuleEventKind.REFUSED, gone.name(), 1);
    assertThat(modules.ledger().effective("mr").languageModule()).isEmpty();
    assertThatThrownBy(() -> modules.retire(gone.name(), ""))
        .hasMessageContaining("would serve once they can");
  }

  @Test
  void aNewPivotWantsTheReplacementsOfItsAlignmentsInTheSameCommand() throws Exception {
    ModuleReference english = publish(language("en", 1));
    ModuleReference french = publish(language("fr", 2));
    ModuleReference alignment =
        publish(alignment("fr", 3, Optional.of(french), Optional.of(english)));
    activate(english);
    activate(alignment);
    TorchEncoder encoder = encoder();
    // It starts after all that and serves the same; the alignment brought its language module
    // along.
    follow(encoder, "late");
    assertThat(encoder.serving())
        .contains(
            new ModuleSelection("fr", Optional.of(french), Optional.of(alignment)),
            new ModuleSelection("en", Optional.of(english), Optional.empty()));
    ModuleReference newEnglish = publish(language("en", 4));
    ModuleReference newAlignment =
        publish(alignment("fr", 5, Optional.of(french), Optional.of(newEnglish)));
    assertThatThrownBy(() -> activate(newEnglish))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("ISO-217")
        .hasMessageContaining("alignment/fr@1");
    assertThatThrownBy(() -> activate(newAlignment)).hasMessageContaining("ISO-217");
    modules.activate(List.of(newAlignment.name(), newEnglish.name()), false, "");
    awaitServing(encoder, "en", newEnglish);
    assertThat(provenance(encoder, "fr").alignmentModule()).contains(newAlignment);
    modules.rollback("en", false, "");
    awaitServing(encoder, "en", english);
    assertThat(provenance(encoder, "fr").alignmentModule()).contains(alignment);
    // Without a replacement a language may lose its alignment, if one says so.
    ModuleReference third = publish(language("en", 6));
    modules.activate(List.of(third.name()), true, "");
    awaitServing(encoder, "en", third);
    assertThat(provenance(encoder, "fr").alignmentModule()).isEmpty();
    assertThat(provenance(encoder, "fr").languageModule()).contains(french);
  }

  @Test
  void aNumberAnnouncedTwiceWithOtherContentKeepsTheFirst() throws Exception {
    TorchEncoder encoder = encoder();
    follow(encoder, "a");
    ModuleReference first = publish(language("hi", 1));
    ModuleLedger.Version known = modules.ledger().version(first.name()).orElseThrow();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      producer
          .send(
              new ModuleTopic(org.isogloss.schemas.codec.WriterSchemas.ours())
                  .announcement(
                      new ModuleLedger.Version(
                          new ModuleReference(first.kind(), "hi", 1, Digest.of("other")),
                          known.manifest(),
                          1,
                          1),
                      "forger"))
          .get();
    }
    assertThat(events(ModuleEventKind.REFUSED, first.name(), 1).getFirst().getCode())
        .isEqualTo(ErrorCode.MODULE_CONFLICT.code());
    activate(first);
    awaitServing(encoder, "hi", first);
  }

  @Test
  void publishersAtTheSameTimeGetNumbersOfTheirOwn() throws Exception {
    int publishers = 3;
    List<Path> directories = new ArrayList<>();
    for (int i = 0; i < publishers; i++) {
      directories.add(language("pl", 10 + i));
    }
    List<CompletableFuture<ModuleReference>> published = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(publishers)) {
      for (Path directory : directories) {
        published.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try (ModuleAdministration own =
                      new ModuleAdministration(kafka, "rival", InstantSource.system())) {
                    return own.publish(directory, store);
                  }
                },
                threads));
      }
    }
    assertThat(published.stream().map(CompletableFuture::join).map(ModuleReference::name))
        .containsExactlyInAnyOrder("language/pl@1", "language/pl@2", "language/pl@3");
    // Nothing was overwritten: the topic has each number once.
    assertThat(published.stream().map(CompletableFuture::join))
        .allSatisfy(
            module ->
                assertThat(modules.ledger().version(module.name()).orElseThrow().reference())
                    .isEqualTo(module));
  }

  @Test
  void aDeletedActivationMeansTheBareBackboneToEveryReader() throws Exception {
    ModuleReference module = publish(language("cs", 1));
    activate(module);
    TorchEncoder running = encoder();
    follow(running, "running");
    awaitServing(running, "cs", module);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      producer
          .send(new ProducerRecord<>(Topics.MODULES, 0, "active/cs".getBytes(UTF_8), null))
          .get();
    }
    events(ModuleEventKind.SWITCHED, "cs", 2);
    assertThat(provenance(running, "cs").languageModule()).isEmpty();
    assertThat(modules.ledger().effective("cs")).isEqualTo(ModuleSelection.none("cs"));
    TorchEncoder late = encoder();
    follow(late, "late");
    assertThat(provenance(late, "cs").languageModule()).isEmpty();
  }

  @Test
  void whatServesIsNotRetiredAndWhatIsRetiredIsNotActivated() throws Exception {
    ModuleReference first = publish(language("ar", 1));
    ModuleReference second = publish(language("ar", 2));
    activate(first);
    assertThatThrownBy(() -> modules.retire(first.name(), ""))
        .hasMessageContaining("activate another version first");
    modules.retire(second.name(), "worse");
    assertThatThrownBy(() -> activate(second)).hasMessageContaining("retired");
    assertThatThrownBy(() -> modules.activate(List.of("language/ar@9"), false, ""))
        .hasMessageContaining("ISO-214");
  }

  private TorchEncoder encoder() {
    TorchEncoder encoder = TorchEncoder.open(backbone, EncoderOptions.onCpu(LAYERS).withThreads(1));
    opened.add(encoder);
    return encoder;
  }

  private void follow(TorchEncoder encoder, String worker) {
    ModuleCache cache = new ModuleCache(store, folder.resolve("cache-" + worker), 1L << 30);
    opened.add(
        ModuleFollower.start(
            new ModuleFollower.Setting(
                worker, new CachedModules(cache), ModuleListener.NONE, PATIENCE),
            kafka,
            encoder,
            new SimpleMeterRegistry()));
  }

  private Path language(String language, long seed) throws IOException {
    return language(language, seed, List.of());
  }

  private Path language(String language, long seed, List<SelfTest> tests) throws IOException {
    return write(
        new ModuleManifest.Language(
            language,
            common(tests),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PostProcessing.CENTRE),
        seed);
  }

  private Path alignment(
      String language, long seed, Optional<ModuleReference> module, Optional<ModuleReference> pivot)
      throws IOException {
    return write(
        new ModuleManifest.Alignment(
            language,
            common(List.of()),
            module.map(ModuleReference::digest),
            pivot.map(ModuleReference::digest),
            Optional.empty(),
            true),
        seed);
  }

  private ModuleManifest.Common common(List<SelfTest> tests) {
    return new ModuleManifest.Common(
        backbone.digest(),
        LAYERS,
        backbone.config().hiddenSize(),
        Map.of(),
        Map.of(),
        "none",
        tests);
  }

  private Path write(ModuleManifest manifest, long seed) throws IOException {
    Path directory = folder.resolve("module-" + made++);
    RandomModules.write(
        directory, manifest, backbone.config(), Optional.empty(), 0.1, seed, name -> false);
    return directory;
  }

  private static List<Float> unit(int dimension) {
    List<Float> vector = new ArrayList<>();
    for (int i = 0; i < dimension; i++) {
      vector.add(i == 0 ? 1f : 0f);
    }
    return vector;
  }

  private ModuleReference publish(Path module) {
    return modules.publish(module, store);
  }

  private void activate(ModuleReference module) {
    modules.activate(List.of(module.name()), false, "test");
  }

  private Path pack(ModuleReference module) {
    String hex = module.digest().hex();
    return folder.resolve("store").resolve(hex.substring(0, 2)).resolve(hex + ".isogloss");
  }

  private static List<ModuleEvent> events(ModuleEventKind kind, String subject, int atLeast) {
    return await()
        .atMost(PATIENCE)
        .until(
            () ->
                modules.events().stream()
                    .filter(e -> e.getEvent() == kind && e.getSubject().equals(subject))
                    .toList(),
            found -> found.size() >= atLeast);
  }

  private static void awaitLoaded(ModuleReference module) {
    events(ModuleEventKind.LOADED, module.name(), 1);
  }

  private static void awaitServing(TorchEncoder encoder, String language, ModuleReference module) {
    awaitServing(encoder, language, module, PATIENCE);
  }

  private static void awaitServing(
      TorchEncoder encoder, String language, ModuleReference module, Duration within) {
    await()
        .atMost(within)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> provenance(encoder, language).languageModule().equals(Optional.of(module)));
  }

  private static Provenance provenance(TorchEncoder encoder, String language) {
    TokenizedSentence sentence =
        (TokenizedSentence)
            encoder.prepare(new SentenceRequest("Guten Tag", language, Set.of(View.CROSS_LINGUAL)));
    return ((Encoded) encoder.encode(List.of(sentence)).getFirst())
        .vector(View.CROSS_LINGUAL)
        .provenance();
  }
}
