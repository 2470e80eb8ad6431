package org.isogloss.streams.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.RandomModules;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.kafka.TopicAdmin;
import org.isogloss.kafka.TopicPlan;
import org.isogloss.registry.CachedModules;
import org.isogloss.registry.ModuleAdministration;
import org.isogloss.registry.ModuleLedger;
import org.isogloss.registry.ModuleTopic;
import org.isogloss.schemas.codec.AvroCodec;
import org.isogloss.schemas.codec.WriterSchemas;
import org.isogloss.schemas.record.ActiveSet;
import org.isogloss.schemas.record.ModuleEvent;
import org.isogloss.schemas.record.ModuleEventKind;
import org.isogloss.schemas.record.ModuleVersion;
import org.isogloss.schemas.topic.Topics;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.store.ModuleCache;
import org.isogloss.streams.broker.EmbeddedBroker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is wrong with a module, a worker says so by its code, as an event and as a metric, and
 * the version before it serves. {@code BadModulesTest} has the encoder's side of it.
 *
 * <p>One worker follows a broker of its own, so that no other test counts here; each test has its
 * own language.
 */
@TestInstance(Lifecycle.PER_CLASS)
class RefusedModulesTest {
  private static final int LAYERS = 2;
  private static final String WORKER = "worker-7";
  private static final String WEIGHTS = "module.safetensors";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Path folder;
  private KafkaSettings kafka;
  private Backbone backbone;
  private DirectoryModuleStore store;
  private ModuleAdministration modules;
  private TorchEncoder encoder;
  private int made;

  @BeforeAll
  void follow(@TempDir Path temporary) throws IOException {
    folder = temporary;
    EmbeddedBroker broker = opened(EmbeddedBroker.start(folder.resolve("broker")));
    kafka = KafkaSettings.of(broker.bootstrapServers());
    TopicAdmin.createMissing(kafka, TopicPlan.standard());
    RandomBackbone.write(folder.resolve("tiny"), RandomBackbone.Options.TINY);
    backbone = opened(Backbone.open(folder.resolve("tiny")));
    store = new DirectoryModuleStore(folder.resolve("store"));
    modules = opened(new ModuleAdministration(kafka, "tester", InstantSource.system()));
    encoder = opened(TorchEncoder.open(backbone, EncoderOptions.onCpu(LAYERS).withThreads(1)));
    ModuleCache cache = new ModuleCache(store, folder.resolve("cache"), 1L << 30);
    opened(
        ModuleFollower.start(
            new ModuleFollower.Setting(
                WORKER, new CachedModules(cache), ModuleListener.NONE, PATIENCE),
            kafka,
            encoder,
            meters));
  }

  @AfterAll
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  @Test
  void aFailingSelfTest() throws IOException {
    List<Float> wrong = new ArrayList<>();
    for (int i = 0; i < backbone.config().hiddenSize(); i++) {
      wrong.add(i == 0 ? 1f : 0f);
    }
    Path directory =
        write(centring("de", common(List.of(new SelfTest("Guten Tag", wrong)))), Optional.empty());
    isRefused(directory, ErrorCode.BAD_MODULE, "self-test");
  }

  @Test
  void weightsOfAnotherShape() throws IOException {
    Path directory = write(lowRank("fr", 2), Optional.empty());
    Path other = write(lowRank("fr", 3), Optional.empty());
    Files.copy(
        other.resolve(WEIGHTS), directory.resolve(WEIGHTS), StandardCopyOption.REPLACE_EXISTING);
    isRefused(directory, ErrorCode.BAD_MODULE, "of [3, 32], not [2, 32]");
  }

  @Test
  void anotherBackbone() throws IOException {
    ModuleManifest.Common common = common(Digest.of("another"), LAYERS, List.of());
    isRefused(
        write(centring("tr", common), Optional.empty()), ErrorCode.BAD_MODULE, "for the backbone");
  }

  @Test
  void anotherNumberOfLayers() throws IOException {
    ModuleManifest.Common common = common(backbone.digest(), 1, List.of());
    isRefused(
        write(centring("ru", common), Optional.empty()), ErrorCode.BAD_MODULE, "for 1 layers");
  }

  @Test
  void aValueThatIsNoNumber() throws IOException {
    Path directory = write(centring("es", common(List.of())), Optional.empty());
    try (FileChannel file =
        FileChannel.open(directory.resolve(WEIGHTS), StandardOpenOption.WRITE)) {
      ByteBuffer nan = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      file.write(nan.putFloat(Float.NaN).flip(), file.size() - Float.BYTES);
    }
    isRefused(directory, ErrorCode.BAD_MODULE, "not finite");
  }

  @Test
  void truncatedWeights() throws IOException {
    Path directory = write(centring("it", common(List.of())), Optional.empty());
    try (FileChannel file =
        FileChannel.open(directory.resolve(WEIGHTS), StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 4);
    }
    isRefused(directory, ErrorCode.BAD_SAFETENSORS, WEIGHTS);
  }

  @Test
  void aTokenizerWithAnIdOutsideTheTable() throws IOException {
    isRefused(
        write(ownTable("ko", 6), Optional.of(tokenizer("a", "b"))),
        ErrorCode.BAD_MODULE,
        "ids up to 6, but its table has 6 rows");
  }

  @Test
  void aTokenizerThatIsNone() throws IOException {
    Path nonsense = Files.writeString(folder.resolve("nonsense.json"), "{}");
    isRefused(write(ownTable("zh", 6), Optional.of(nonsense)), ErrorCode.BAD_TOKENIZER, "");
  }

  @Test
  void anAlignmentForAnotherLanguageModule() throws Exception {
    ModuleReference serving = serveFirst("sw");
    ModuleReference next = publish(write(centring("sw", common(List.of())), Optional.empty()));
    ModuleReference alignment = publishAlignment(serving, Optional.empty());
    double before = refusals(ErrorCode.MODULE_MISFIT);
    forge(next, Optional.of(alignment));
    requireRefusal(alignment, ErrorCode.MODULE_MISFIT, "made for the language module", before);
    requireServing(serving);
  }

  @Test
  void anAlignmentForAnotherPivot() throws Exception {
    ModuleReference serving = serveFirst("ha");
    ModuleReference alignment = publishAlignment(serving, Optional.of(Digest.of("another pivot")));
    double before = refusals(ErrorCode.MODULE_MISFIT);
    forge(serving, Optional.of(alignment));
    requireRefusal(alignment, ErrorCode.MODULE_MISFIT, "made for the pivot", before);
    requireServing(serving);
  }

  @Test
  void aModuleThatNobodyAnnounced() throws Exception {
    ModuleReference serving = serveFirst("rw");
    ModuleReference unknown =
        new ModuleReference(serving.kind(), "rw", 7, Digest.of("never announced"));
    double before = refusals(ErrorCode.MODULE_MISSING);
    forge(unknown, Optional.empty());
    requireRefusal(unknown, ErrorCode.MODULE_MISSING, "not announced", before);
    requireServing(serving);
  }

  @Test
  void aNumberAnnouncedTwiceWithOtherContent() throws Exception {
    ModuleReference first = serveFirst("hi");
    ModuleLedger.Version known = modules.ledger().version(first.name()).orElseThrow();
    double before = refusals(ErrorCode.MODULE_CONFLICT);
    send(
        new ModuleTopic(WriterSchemas.ours())
            .announcement(
                new ModuleLedger.Version(
                    new ModuleReference(first.kind(), "hi", first.number(), Digest.of("other")),
                    known.manifest(),
                    1,
                    1),
                "forger"));
    requireRefusal(first, ErrorCode.MODULE_CONFLICT, "cannot become", before);
    requireServing(first);
  }

  @Test
  void everyCounterIsNamedByItsCodeAlone() throws IOException {
    isRefused(
        write(centring("pl", common(Digest.of("another"), LAYERS, List.of())), Optional.empty()),
        ErrorCode.BAD_MODULE,
        "backbone");
    assertThat(meters.find("isogloss.modules.refused").counters())
        .allSatisfy(
            counter ->
                assertThat(counter.getId().getTags())
                    .singleElement()
                    .satisfies(
                        tag -> {
                          assertThat(tag.getKey()).isEqualTo("code");
                          assertThat(ErrorCode.of(tag.getValue())).isPresent();
                        }));
  }

  /** Published beside a good version that serves, and activated. */
  private void isRefused(Path directory, ErrorCode code, String because) throws IOException {
    ModuleReference serving = serveFirst(ModuleFiles.readManifest(directory).language());
    ModuleReference bad = publish(directory);
    double before = refusals(code);
    modules.activate(List.of(bad.name()), false, "test");
    requireRefusal(bad, code, because, before);
    requireServing(serving);
  }

  private void requireRefusal(
      ModuleReference module, ErrorCode code, String because, double countBefore) {
    ModuleEvent event =
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    modules.events().stream()
                        .filter(each -> each.getEvent() == ModuleEventKind.REFUSED)
                        .filter(each -> each.getSubject().equals(module.name()))
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    assertThat(event.getCode()).as(event.getReason()).isEqualTo(code.code());
    assertThat(event.getReason()).contains(because);
    assertThat(event.getWorker()).isEqualTo(WORKER);
    // Counted before the event is sent: whoever has seen the one finds the other.
    assertThat(refusals(code)).as("refusals by %s", code.code()).isEqualTo(countBefore + 1);
  }

  private double refusals(ErrorCode code) {
    Counter counter = meters.find("isogloss.modules.refused").tag("code", code.code()).counter();
    return counter == null ? 0 : counter.count();
  }

  private ModuleReference serveFirst(String language) throws IOException {
    ModuleReference good = publish(write(centring(language, common(List.of())), Optional.empty()));
    modules.activate(List.of(good.name()), false, "test");
    await().atMost(PATIENCE).until(() -> languageModule(language).equals(Optional.of(good)));
    return good;
  }

  private void requireServing(ModuleReference module) {
    assertThat(languageModule(module.language())).contains(module);
  }

  private Optional<ModuleReference> languageModule(String language) {
    TokenizedSentence sentence =
        (TokenizedSentence)
            encoder.prepare(new SentenceRequest("a b", language, Set.of(View.MONOLINGUAL)));
    return ((Encoded) encoder.encode(List.of(sentence)).getFirst())
        .vector(View.MONOLINGUAL)
        .provenance()
        .languageModule();
  }

  /** No command of ours asks for what does not fit; whoever may write to the topic can. */
  private void forge(ModuleReference language, Optional<ModuleReference> alignment)
      throws Exception {
    send(
        new ProducerRecord<>(
            Topics.MODULES,
            0,
            ("active/" + language.language()).getBytes(UTF_8),
            AvroCodec.of(ActiveSet.class)
                .encode(
                    ActiveSet.newBuilder()
                        .setLanguage(language.language())
                        .setLanguageModule(version(language))
                        .setAlignmentModule(alignment.map(RefusedModulesTest::version).orElse(null))
                        .setPreviousLanguageModule(null)
                        .setPreviousAlignmentModule(null)
                        .setTimeMillis(1)
                        .setActor("forger")
                        .setReason("")
                        .build())));
  }

  private static ModuleVersion version(ModuleReference module) {
    return new ModuleVersion(module.name(), module.digest().hex());
  }

  private void send(ProducerRecord<byte[], byte[]> record) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      producer.send(record).get();
    }
  }

  /** Made for a language module and a pivot, with an affine map. */
  private ModuleReference publishAlignment(ModuleReference language, Optional<Digest> pivot)
      throws IOException {
    return publish(
        write(
            new ModuleManifest.Alignment(
                language.language(),
                common(List.of()),
                Optional.of(language.digest()),
                pivot,
                Optional.empty(),
                true),
            Optional.empty()));
  }

  private ModuleReference publish(Path directory) {
    return modules.publish(directory, store);
  }

  private Path write(ModuleManifest manifest, Optional<Path> tokenizer) throws IOException {
    Path directory = folder.resolve("module-" + ++made);
    RandomModules.write(
        directory, manifest, backbone.config(), tokenizer, 0.1, made, name -> false);
    return directory;
  }

  private ModuleManifest.Common common(List<SelfTest> tests) {
    return common(backbone.digest(), LAYERS, tests);
  }

  private ModuleManifest.Common common(Digest of, int layers, List<SelfTest> tests) {
    return new ModuleManifest.Common(
        of, layers, backbone.config().hiddenSize(), Map.of(), Map.of(), "none", tests);
  }

  private static ModuleManifest centring(String language, ModuleManifest.Common common) {
    return new ModuleManifest.Language(
        language,
        common,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        PostProcessing.CENTRE);
  }

  private ModuleManifest lowRank(String language, int rank) {
    return new ModuleManifest.Language(
        language,
        common(List.of()),
        Optional.empty(),
        Optional.of(new LoraShape(rank, rank, EnumSet.of(LinearTarget.QUERY))),
        Optional.empty(),
        PostProcessing.NONE);
  }

  private ModuleManifest ownTable(String language, int pieces) {
    return new ModuleManifest.Language(
        language,
        common(List.of()),
        Optional.of(pieces),
        Optional.empty(),
        Optional.empty(),
        PostProcessing.NONE);
  }

  /** A tokenizer of these pieces after the five special ones. */
  private Path tokenizer(String... pieces) throws IOException {
    List<String> all = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    all.addAll(List.of(pieces));
    StringBuilder vocabulary = new StringBuilder();
    for (int id = 0; id < all.size(); id++) {
      vocabulary.append(id == 0 ? "" : ", ").append("\"%s\": %d".formatted(all.get(id), id));
    }
    return Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
         "normalizer": null, "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
         "decoder": null,
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
          "max_input_chars_per_word": 100, "vocab": {%s}}}
        """
            .formatted(vocabulary));
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.add(resource);
    return resource;
  }
}
