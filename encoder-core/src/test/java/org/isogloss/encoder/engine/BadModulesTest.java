package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.SentenceVector;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.AdapterShape;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a module, it is refused by name and code, and nothing else changes. */
class BadModulesTest {
  private static final Set<View> BOTH = EnumSet.allOf(View.class);
  private static final String WEIGHTS = "module.safetensors";
  private static final List<String> LANGUAGES = List.of("en", "de", "fr", "tr");
  private static final String TEXT = "Guten Tag, Welt";

  private ModuleFixture fixture;
  private TorchEncoder encoder;
  private ModuleReference english;
  private ModuleReference german;
  private ModuleReference germanAlignment;
  private ModuleReference turkish;
  private List<ModuleSelection> serving;
  private List<float[]> vectors;
  private int leases;
  private int liveTensors;

  @BeforeEach
  void serveWhatIsGood(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    encoder =
        TorchEncoder.open(
            fixture.backbone, EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1));
    english = fixture.publish(languageModule("en", Optional.empty()), 1);
    german = fixture.publish(languageModule("de", Optional.of(500)), 2);
    germanAlignment =
        fixture.publish(
            fixture.alignment("de", Optional.of(german), Optional.of(english), 6, true), 3);
    turkish = fixture.publish(languageModule("tr", Optional.of(300)), 4);
    serving = List.of(selection(german, germanAlignment), selection(english), selection(turkish));
    assertThat(encoder.serve(serving, fixture)).isEqualTo(new ModularEncoder.Exchanged());
    vectors = vectors();
    leases = fixture.leases();
    liveTensors = encoder.liveTensors();
  }

  @AfterEach
  void nothingIsLeftBehind() {
    encoder.close();
    assertThat(fixture.leases()).isZero();
    fixture.close();
  }

  @Test
  void aMissingFile() throws IOException {
    for (String file : List.of("manifest.json", WEIGHTS, "tokenizer.json")) {
      ModuleReference module = fixture.publish(languageModule("fr", Optional.of(400)), 10);
      Path path = fixture.directory(module).resolve(file);
      Path aside = path.resolveSibling("aside");
      Files.move(path, aside);
      isRefused(module, ErrorCode.BAD_MODULE, "lacks", "no tokenizer");
      Files.move(aside, path);
    }
  }

  @Test
  void truncatedWeights() throws IOException {
    ModuleReference module = fixture.publish(languageModule("fr", Optional.empty()), 11);
    byte[] whole = Files.readAllBytes(weights(module));
    for (int keep : new int[] {0, 5, 100, whole.length - 4}) {
      Files.write(weights(module), Arrays.copyOf(whole, keep));
      isRefused(module, ErrorCode.BAD_SAFETENSORS);
    }
  }

  @Test
  void alteredBytesOfTheHeaderOfTheWeights() throws IOException {
    ModuleReference module = fixture.publish(languageModule("fr", Optional.empty()), 12);
    overwrite(weights(module), 20, ByteBuffer.wrap(new byte[] {'#', '#', '#', '#'}));
    assertThat(refusal(module).code()).isIn(ErrorCode.BAD_SAFETENSORS, ErrorCode.BAD_MODULE);
    isStillServing();
  }

  @Test
  void alteredWeightsThatTheSelfTestNotices() throws IOException {
    ModuleReference module =
        fixture.publish(withSelfTests("fr", selfTest("fr", 13, Optional.empty())), 13);
    try (FileChannel file = FileChannel.open(weights(module), StandardOpenOption.WRITE)) {
      ByteBuffer large = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (long at = file.size() - 32 * Float.BYTES; at < file.size(); at += Float.BYTES) {
        file.write(large.clear().putFloat(5).flip(), at);
      }
    }
    isRefused(module, ErrorCode.BAD_MODULE, "self-test");
  }

  @Test
  void contentThatItsSourceFindsAltered() throws IOException {
    isRefusedBySource(ErrorCode.DIGEST_MISMATCH);
  }

  @Test
  void aStoreThatIsDown() throws IOException {
    isRefusedBySource(ErrorCode.STORE_UNAVAILABLE);
  }

  @Test
  void aModuleThatIsNotThere() throws IOException {
    isRefusedBySource(ErrorCode.MODULE_MISSING);
    ModuleReference nowhere =
        new ModuleReference(german.kind(), "fr", 77, Digest.of("never published"));
    isRefused(nowhere, ErrorCode.MODULE_MISSING);
  }

  @Test
  void weightsOfAnotherShape() throws IOException {
    ModuleReference module = fixture.publish(languageModule("fr", Optional.empty()), 14);
    ModuleReference other =
        fixture.publish(
            fixture.language(
                "fr",
                Optional.empty(),
                ModuleFixture.lora(5, 5),
                Optional.empty(),
                PostProcessing.CENTRE),
            15);
    Files.copy(weights(other), weights(module), StandardCopyOption.REPLACE_EXISTING);
    isRefused(module, ErrorCode.BAD_MODULE, "language_adaptation");
  }

  @Test
  void anotherBackboneOrAnotherNumberOfLayersOfIt() throws IOException {
    ModuleManifest.Common common = fixture.common(List.of());
    ModuleReference elsewhere =
        fixture.publish(centring("fr", common(Digest.of("other"), common.layers())), 16);
    isRefused(elsewhere, ErrorCode.BAD_MODULE, "backbone");
    ModuleReference shallow = fixture.publish(centring("fr", common(common.backbone(), 1)), 17);
    isRefused(shallow, ErrorCode.BAD_MODULE, "layers");
  }

  @Test
  void anAlignmentForAnotherLanguageModuleOrPivot() throws IOException {
    ModuleReference french = fixture.publish(languageModule("fr", Optional.empty()), 18);
    ModuleReference forOther =
        fixture.publish(
            fixture.alignment("fr", Optional.of(german), Optional.of(english), 4, false), 19);
    isRefused(selection(french, forOther), forOther, ErrorCode.MODULE_MISFIT, "language module");
    ModuleReference forBare =
        fixture.publish(
            fixture.alignment("fr", Optional.empty(), Optional.of(english), 4, false), 20);
    isRefused(selection(french, forBare), forBare, ErrorCode.MODULE_MISFIT, "language module");
    ModuleReference forOtherPivot =
        fixture.publish(
            fixture.alignment("fr", Optional.of(french), Optional.of(turkish), 4, false), 21);
    isRefused(selection(french, forOtherPivot), forOtherPivot, ErrorCode.MODULE_MISFIT, "pivot");
  }

  @Test
  void aNewPivotWithoutTheAlignmentsMadeForIt() throws IOException {
    ModuleReference newEnglish = fixture.publish(languageModule("en", Optional.empty()), 22);
    ModularEncoder.Exchange exchange =
        encoder.serve(List.of(selection(german, germanAlignment), selection(newEnglish)), fixture);
    assertThat(exchange)
        .isInstanceOfSatisfying(
            ModularEncoder.Refused.class,
            refused -> {
              assertThat(refused.module()).isEqualTo(germanAlignment);
              assertThat(refused.code()).isEqualTo(ErrorCode.MODULE_MISFIT);
              assertThat(refused.reason()).contains("pivot");
            });
    isStillServing();
  }

  @Test
  void aTokenizerWithIdsOutsideTheTable() throws IOException {
    ModuleReference small = fixture.publish(languageModule("fr", Optional.of(300)), 23);
    ModuleReference large = fixture.publish(languageModule("fr", Optional.of(400)), 24);
    Files.copy(
        fixture.directory(large).resolve("tokenizer.json"),
        fixture.directory(small).resolve("tokenizer.json"),
        StandardCopyOption.REPLACE_EXISTING);
    isRefused(small, ErrorCode.BAD_MODULE, "tokenizer");
  }

  @Test
  void aTokenizerOfFewPiecesWithAnIdOutsideTheTable() throws IOException {
    ModuleReference module = fixture.publish(languageModule("fr", Optional.of(300)), 25);
    Path tokenizer = fixture.directory(module).resolve("tokenizer.json");
    Files.writeString(
        tokenizer, Files.readString(tokenizer).replace("\"[MASK]\":4", "\"[MASK]\":300"));
    isRefused(module, ErrorCode.BAD_MODULE, "tokenizer");
  }

  @Test
  void aTokenizerThatIsNone() throws IOException {
    ModuleReference module = fixture.publish(languageModule("fr", Optional.of(300)), 26);
    for (String nonsense : List.of("", "{", "{\"model\": 3}")) {
      Files.writeString(fixture.directory(module).resolve("tokenizer.json"), nonsense);
      isRefused(module, ErrorCode.BAD_TOKENIZER);
    }
  }

  @Test
  void valuesThatAreNoNumbers() throws IOException {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      ModuleReference module = fixture.publish(languageModule("fr", Optional.empty()), 27);
      ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      overwrite(
          weights(module), Files.size(weights(module)) - Float.BYTES, bytes.putFloat(value).flip());
      isRefused(module, ErrorCode.BAD_MODULE, "finite");
    }
  }

  @Test
  void theManifestOfAnotherLanguageOrKind() throws IOException {
    ModuleReference french =
        new ModuleReference(turkish.kind(), "fr", turkish.number(), turkish.digest());
    isRefused(french, ErrorCode.BAD_MODULE, "language/tr");
    ModuleReference alignment =
        new ModuleReference(germanAlignment.kind(), "fr", 1, french.digest());
    isRefused(
        new ModuleSelection("fr", Optional.empty(), Optional.of(alignment)),
        alignment,
        ErrorCode.BAD_MODULE,
        "language/tr");
  }

  @Test
  void aSelfTestThatGivesAnotherVectorWhileARightOneServes() throws IOException {
    SelfTest right = selfTest("fr", 28, Optional.empty());
    List<Float> wrong = new ArrayList<>(right.vector());
    wrong.set(3, wrong.get(3) + 0.01f);
    ModuleReference failing =
        fixture.publish(withSelfTests("fr", new SelfTest(right.text(), wrong)), 28);
    isRefused(failing, ErrorCode.BAD_MODULE, "self-test");
    ModuleReference passing = fixture.publish(withSelfTests("fr", right), 28);
    List<ModuleSelection> all = new ArrayList<>(serving);
    all.add(selection(passing));
    assertThat(encoder.serve(all, fixture)).isEqualTo(new ModularEncoder.Exchanged());
    assertThat(encoder.serving()).contains(selection(passing));
  }

  @Test
  void anAlignmentsSelfTestIsOfTheCrossLingualView() throws IOException {
    ModuleReference french = fixture.publish(languageModule("fr", Optional.empty()), 29);
    ModuleReference plain = fixture.publish(alignment(french, List.of()), 30);
    try (TorchEncoder pinned = encoder.route()) {
      assertThat(pinned.serve(List.of(selection(english), selection(french, plain)), fixture))
          .isEqualTo(new ModularEncoder.Exchanged());
      Encoded encoded = encode(pinned, "fr");
      for (View view : View.values()) {
        SelfTest test = new SelfTest(TEXT, list(encoded.vector(view).values()));
        ModuleReference tested = fixture.publish(alignment(french, List.of(test)), 30);
        ModularEncoder.Exchange exchange =
            pinned.serve(List.of(selection(english), selection(french, tested)), fixture);
        switch (view) {
          case CROSS_LINGUAL -> assertThat(exchange).isEqualTo(new ModularEncoder.Exchanged());
          case MONOLINGUAL ->
              assertThat(exchange)
                  .isInstanceOfSatisfying(
                      ModularEncoder.Refused.class,
                      refused -> assertThat(refused.module()).isEqualTo(tested));
        }
      }
    }
  }

  private void isRefusedBySource(ErrorCode code) throws IOException {
    ModuleReference module = fixture.publish(languageModule("fr", Optional.empty()), 31);
    ModuleSource failing =
        reference -> {
          if (reference.equals(module)) {
            throw new IsoglossException(code, "as the test wants it");
          }
          return fixture.open(reference);
        };
    ModularEncoder.Refused refused = refusal(List.of(selection(module)), failing);
    assertThat(refused.module()).isEqualTo(module);
    assertThat(refused.code()).isEqualTo(code);
    isStillServing();
  }

  private void isRefused(ModuleReference module, ErrorCode code, String... anyOf) {
    isRefused(selection(module), module, code, anyOf);
  }

  private void isRefused(
      ModuleSelection selection, ModuleReference module, ErrorCode code, String... anyOf) {
    ModularEncoder.Refused refused = refusal(List.of(selection), fixture);
    assertThat(refused.module()).isEqualTo(module);
    assertThat(refused.code()).as(refused.reason()).isEqualTo(code);
    if (anyOf.length > 0) {
      assertThat(List.of(anyOf)).as(refused.reason()).anyMatch(refused.reason()::contains);
    }
    isStillServing();
  }

  private ModularEncoder.Refused refusal(ModuleReference module) {
    return refusal(List.of(selection(module)), fixture);
  }

  /** Offered among others that are new and good, before and after it. */
  private ModularEncoder.Refused refusal(List<ModuleSelection> bad, ModuleSource source) {
    List<ModuleSelection> all = new ArrayList<>();
    try {
      all.add(selection(fixture.publish(languageModule("tr", Optional.of(350)), 90)));
      all.addAll(bad);
      all.addAll(serving.subList(0, 2));
      all.add(selection(fixture.publish(languageModule("ru", Optional.empty()), 91)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ModularEncoder.Exchange exchange = encoder.serve(all, source);
    assertThat(exchange).isInstanceOf(ModularEncoder.Refused.class);
    return (ModularEncoder.Refused) exchange;
  }

  private void isStillServing() {
    assertThat(encoder.serving()).isEqualTo(serving);
    List<float[]> now = vectors();
    for (int i = 0; i < now.size(); i++) {
      assertThat(now.get(i)).as("vector %d, to the bit", i).isEqualTo(vectors.get(i));
    }
    assertThat(fixture.leases()).as("leases").isEqualTo(leases);
    assertThat(encoder.liveTensors()).as("live tensors").isEqualTo(liveTensors);
  }

  private List<float[]> vectors() {
    return LANGUAGES.stream()
        .flatMap(language -> encode(encoder, language).vectors().stream())
        .map(SentenceVector::values)
        .toList();
  }

  private static Encoded encode(TorchEncoder encoder, String language) {
    TokenizedSentence sentence =
        (TokenizedSentence) encoder.prepare(new SentenceRequest(TEXT, language, BOTH));
    return (Encoded) encoder.encode(List.of(sentence)).getFirst();
  }

  /** A self-test that holds: the vector that the module of that seed gives. */
  private SelfTest selfTest(String language, long seed, Optional<Integer> pieces)
      throws IOException {
    ModuleReference module = fixture.publish(languageModule(language, pieces), seed);
    try (TorchEncoder pinned = encoder.route()) {
      assertThat(pinned.serve(List.of(selection(module)), fixture))
          .isEqualTo(new ModularEncoder.Exchanged());
      return new SelfTest(TEXT, list(encode(pinned, language).vector(View.MONOLINGUAL).values()));
    }
  }

  private static List<Float> list(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  private ModuleManifest.Language languageModule(String language, Optional<Integer> pieces) {
    return fixture.language(
        language,
        pieces,
        ModuleFixture.lora(4, 8),
        ModuleFixture.lora(2, 2),
        PostProcessing.CENTRE);
  }

  private ModuleManifest.Language withSelfTests(String language, SelfTest test) {
    return new ModuleManifest.Language(
        language,
        fixture.common(List.of(test)),
        Optional.empty(),
        ModuleFixture.lora(4, 8),
        ModuleFixture.lora(2, 2),
        PostProcessing.CENTRE);
  }

  private ModuleManifest.Alignment alignment(ModuleReference french, List<SelfTest> tests) {
    return new ModuleManifest.Alignment(
        "fr",
        fixture.common(tests),
        Optional.of(french.digest()),
        Optional.of(english.digest()),
        Optional.of(new AdapterShape(4, 1)),
        true);
  }

  private ModuleManifest.Common common(Digest backbone, int layers) {
    return new ModuleManifest.Common(
        backbone,
        layers,
        fixture.backbone.config().hiddenSize(),
        Map.of(),
        Map.of(),
        "none",
        List.of());
  }

  private static ModuleManifest.Language centring(String language, ModuleManifest.Common common) {
    return new ModuleManifest.Language(
        language,
        common,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        PostProcessing.CENTRE);
  }

  private static ModuleSelection selection(ModuleReference module) {
    return new ModuleSelection(module.language(), Optional.of(module), Optional.empty());
  }

  private static ModuleSelection selection(ModuleReference module, ModuleReference alignment) {
    return new ModuleSelection(module.language(), Optional.of(module), Optional.of(alignment));
  }

  private Path weights(ModuleReference module) {
    return fixture.directory(module).resolve(WEIGHTS);
  }

  private static void overwrite(Path file, long at, ByteBuffer bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(bytes, at);
    }
  }
}
