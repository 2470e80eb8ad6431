package org.isogloss.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RandomBackbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.trainer.data.ParallelCorpus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModuleFitterTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int LAYERS = 2;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Backbone backbone;
  private static TorchEncoder encoder;

  @BeforeAll
  static void open() throws IOException {
    RandomBackbone.write(shared.resolve("tiny"), RandomBackbone.Options.TINY);
    backbone = Backbone.open(shared.resolve("tiny"));
    encoder = TorchEncoder.open(backbone, EncoderOptions.onCpu(LAYERS).withThreads(1));
  }

  @AfterAll
  static void close() {
    encoder.close();
    backbone.close();
  }

  private static ModuleFitter fitter() {
    return new ModuleFitter(backbone, encoder, 2, FitListener.silent());
  }

  private FittedModule language(FitMethod method, String name) {
    return fitter()
        .language(
            "de",
            Sentences.corpus(Sentences.german()),
            Beginning.BARE,
            FitSettings.of(method),
            folder.resolve(name));
  }

  private static void serve(TorchEncoder route, ModuleFolders folders, ModuleSelection... all) {
    assertThat(route.serve(List.of(all), folders)).isInstanceOf(ModularEncoder.Exchanged.class);
  }

  private static void serveGerman(TorchEncoder route, FittedModule module) throws IOException {
    ModuleFolders folders = new ModuleFolders();
    serve(
        route,
        folders,
        new ModuleSelection("de", Optional.of(folders.add(module.directory())), Optional.empty()));
  }

  @Test
  void centringGivesTextTheMeanZero() throws IOException {
    FittedModule module = language(FitMethod.CENTER, "centre");
    try (TorchEncoder route = encoder.route()) {
      serveGerman(route, module);
      float[] mean =
          mean(
              new PooledSentences(route, 1, FitListener.silent())
                  .of(Sentences.german(), "de")
                  .values());
      assertThat(mean).containsExactly(new float[mean.length], within(1e-5f));
    }
    float[] bare =
        mean(
            new PooledSentences(encoder, 2, FitListener.silent())
                .of(Sentences.german(), "de")
                .values());
    assertThat(Arrays.equals(bare, new float[bare.length])).isFalse();
    assertThat(module.manifest().common().metrics())
        .hasEntrySatisfying("mean_cosine_before", before -> assertThat(before).isGreaterThan(0.5))
        .hasEntrySatisfying("mean_cosine_after", after -> assertThat(after).isBetween(-0.05, 0.05));
  }

  @Test
  void aModuleSaysWhatItIsMadeOfAndCarriesTheVectorsItGives() throws IOException {
    FittedModule module = language(FitMethod.WHITEN, "whiten");
    assertThat(module.digest()).isEqualTo(ModulePack.digest(module.directory()));
    assertThat(ModuleFiles.readManifest(module.directory())).isEqualTo(module.manifest());
    ModuleManifest.Common common = module.manifest().common();
    assertThat(common.lineage())
        .containsEntry("method", "whiten")
        .containsEntry("strength", "0.1")
        .containsEntry("seed", "1")
        .containsEntry("sentences", "216");
    assertThat(common.selfTests()).hasSize(3);
    try (TorchEncoder route = encoder.route()) {
      serveGerman(route, module);
      common
          .selfTests()
          .forEach(
              test -> {
                float[] vector = encode(route, test.text(), "de", View.MONOLINGUAL);
                for (int i = 0; i < vector.length; i++) {
                  assertThat(vector[i]).isCloseTo(test.vector().get(i), within(1e-5f));
                }
              });
    }
  }

  private static float[] encode(TorchEncoder route, String text, String language, View view) {
    TokenizedSentence sentence =
        (TokenizedSentence) route.prepare(new SentenceRequest(text, language, Set.of(view)));
    Encoded encoded = (Encoded) route.encode(List.of(sentence)).getFirst();
    return encoded.vector(view).values();
  }

  private static ModuleManifest.Common common() {
    return new ModuleManifest.Common(
        backbone.digest(), LAYERS, encoder.dimension(), Map.of(), Map.of(), "none", List.of());
  }

  /** A language module whose whitening is a rotation: what it does can be undone exactly. */
  private Path rotated() throws IOException {
    int d = encoder.dimension();
    Random random = new Random(SEED);
    double[][] basis = new double[d][d];
    for (int r = 0; r < d; r++) {
      for (int c = 0; c < d; c++) {
        basis[r][c] = random.nextGaussian();
      }
      for (int before = 0; before < r; before++) {
        double dot = 0;
        for (int c = 0; c < d; c++) {
          dot += basis[r][c] * basis[before][c];
        }
        for (int c = 0; c < d; c++) {
          basis[r][c] -= dot * basis[before][c];
        }
      }
      double norm = Math.sqrt(Arrays.stream(basis[r]).map(v -> v * v).sum());
      for (int c = 0; c < d; c++) {
        basis[r][c] /= norm;
      }
    }
    float[] rotation = new float[d * d];
    for (int i = 0; i < rotation.length; i++) {
      rotation[i] = (float) basis[i / d][i % d];
    }
    ModuleManifest manifest =
        new ModuleManifest.Language(
            "xx",
            common(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PostProcessing.WHITEN);
    Path directory = folder.resolve("rotated");
    ModuleFiles.write(
        directory,
        manifest,
        Map.of(
            ModuleTensors.MEAN,
            TensorEntry.of(ModuleTensors.MEAN, List.of((long) d), new float[d]),
            ModuleTensors.WHITENING,
            TensorEntry.of(ModuleTensors.WHITENING, List.of((long) d, (long) d), rotation)),
        backbone.config(),
        Optional.empty());
    return directory;
  }

  @ParameterizedTest
  @EnumSource(names = {"PROCRUSTES", "RIDGE", "CCA"})
  void anAlignmentBringsUnseenTranslationsTogether(FitMethod method) throws IOException {
    List<String> english = Sentences.english();
    FittedModule module =
        fitter()
            .alignment(
                "xx",
                Sentences.copies(english),
                Optional.of(rotated()),
                Optional.empty(),
                method == FitMethod.PROCRUSTES
                    ? FitSettings.of(method)
                    : FitSettings.of(method).withStrength(1e-3),
                folder.resolve("alignment"));
    assertThat(module.manifest().common().lineage())
        .containsEntry("pairs", "195")
        .containsEntry("held_out_pairs", "21");
    Map<String, Double> metrics = module.manifest().common().metrics();
    assertThat(metrics.get("held_out_cosine_after"))
        .as("seed %d, %s", SEED, metrics)
        .isGreaterThan(metrics.get("held_out_cosine_before"))
        .isGreaterThan(0.95);
    assertThat(metrics.get("held_out_error_after"))
        .isLessThan(metrics.get("held_out_error_before"));
    try (TorchEncoder route = encoder.route()) {
      ModuleFolders folders = new ModuleFolders();
      serve(
          route,
          folders,
          new ModuleSelection(
              "xx",
              Optional.of(folders.add(folder.resolve("rotated"))),
              Optional.of(folders.add(module.directory()))));
      for (String unseen : List.of("A bird sat on the wall.", "Nobody answered the phone.")) {
        float[] pivot = encode(route, unseen, "en", View.CROSS_LINGUAL);
        assertThat(cosine(encode(route, unseen, "xx", View.CROSS_LINGUAL), pivot))
            .as("seed %d", SEED)
            .isGreaterThan(0.95)
            .isGreaterThan(cosine(encode(route, unseen, "xx", View.MONOLINGUAL), pivot));
      }
    }
  }

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void anAlignmentServesOnlyBesideTheModulesItWasMadeFor() throws IOException {
    FittedModule german = language(FitMethod.CENTER, "de");
    FittedModule english =
        fitter()
            .language(
                "en",
                Sentences.corpus(Sentences.english()),
                Beginning.BARE,
                FitSettings.of(FitMethod.CENTER),
                folder.resolve("en"));
    FittedModule alignment =
        fitter()
            .alignment(
                "de",
                Sentences.copies(Sentences.german()),
                Optional.of(german.directory()),
                Optional.of(english.directory()),
                FitSettings.of(FitMethod.PROCRUSTES),
                folder.resolve("alignment"));
    ModuleManifest.Alignment manifest = (ModuleManifest.Alignment) alignment.manifest();
    assertThat(manifest.languageModule()).contains(german.digest());
    assertThat(manifest.pivot()).contains(english.digest());
    try (TorchEncoder route = encoder.route()) {
      ModuleFolders folders = new ModuleFolders();
      ModuleReference made = folders.add(alignment.directory());
      ModuleReference language = folders.add(german.directory());
      assertThat(
              route.serve(
                  List.of(new ModuleSelection("de", Optional.of(language), Optional.of(made))),
                  folders))
          .isInstanceOfSatisfying(
              ModularEncoder.Refused.class,
              refused -> assertThat(refused.reason()).contains("pivot"));
    }
    assertThatThrownBy(
            () ->
                fitter()
                    .alignment(
                        "de",
                        Sentences.copies(Sentences.german()),
                        Optional.of(english.directory()),
                        Optional.empty(),
                        FitSettings.of(FitMethod.PROCRUSTES),
                        folder.resolve("wrong")))
        .hasMessageContaining("ISO-213")
        .hasMessageContaining("language/de");
  }

  /**
   * A module of language xx whose sentence encoding, of rank 4 and doubled, does something.
   *
   * @param used so many of its directions are not zero
   */
  private Path withSentenceEncoding(int used) throws IOException {
    ModuleManifest manifest =
        new ModuleManifest.Language(
            "xx",
            common(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new LoraShape(4, 8, Set.of(LinearTarget.QUERY, LinearTarget.VALUE))),
            PostProcessing.NONE);
    Random random = new Random(SEED);
    Map<String, TensorEntry> tensors = new HashMap<>();
    new TreeMap<>(ModuleTensors.expected(manifest, backbone.config()))
        .forEach(
            (name, shape) -> {
              int columns = Math.toIntExact(shape.get(1));
              float[] values = new float[Math.toIntExact(shape.get(0)) * columns];
              for (int i = 0; i < values.length; i++) {
                boolean zero = name.endsWith(".a") && i / columns >= used;
                values[i] = zero ? 0 : (float) (0.3 * random.nextGaussian());
              }
              tensors.put(name, TensorEntry.of(name, shape, values));
            });
    Path directory = folder.resolve("lender");
    ModuleFiles.write(directory, manifest, tensors, backbone.config(), Optional.empty());
    return directory;
  }

  private FittedModule borrowed(String name, Beginning from) {
    return fitter()
        .language(
            name.startsWith("xx") ? "xx" : "de",
            Sentences.corpus(Sentences.german()),
            from,
            FitSettings.of(FitMethod.CENTER),
            folder.resolve(name));
  }

  @Test
  void aSentenceEncodingOfAnotherLanguageIsTakenOverAndFittedBehind() throws IOException {
    Path lender = withSentenceEncoding(4);
    FittedModule module = borrowed("whole", borrowing(lender, OptionalInt.empty()));
    assertThat(module.manifest().common().lineage())
        .containsEntry("sentence_encoding_language", "xx")
        .containsEntry("sentence_encoding_of", ModulePack.digest(lender).hex())
        .doesNotContainKey("sentence_encoding_cut_from");
    try (ModuleFiles lent = ModuleFolders.files(lender, backbone, encoder);
        ModuleFiles taken = ModuleFolders.files(module.directory(), backbone, encoder);
        TorchEncoder route = encoder.route()) {
      for (String name : ModuleTensors.expected(lent.manifest(), backbone.config()).keySet()) {
        assertThat(taken.tensor(name).toFloats()).isEqualTo(lent.tensor(name).toFloats());
      }
      serveGerman(route, module);
      List<float[]> vectors = new ArrayList<>();
      for (String text : Sentences.german()) {
        vectors.add(encode(route, text, "de", View.MONOLINGUAL));
      }
      assertThat(norm(mean(vectors))).as("centred behind the encoding").isLessThan(0.1);
    }
  }

  @Test
  void whatIsLentMayBeCutToALowerRank() throws IOException {
    Path lender = withSentenceEncoding(1);
    FittedModule whole = borrowed("whole", borrowing(lender, OptionalInt.empty()));
    FittedModule cut = borrowed("cut", borrowing(lender, OptionalInt.of(1)));
    assertThat(((ModuleManifest.Language) cut.manifest()).sentenceEncoding())
        .contains(new LoraShape(1, 2, Set.of(LinearTarget.QUERY, LinearTarget.VALUE)));
    assertThat(cut.manifest().common().lineage()).containsEntry("sentence_encoding_cut_from", "4");
    String text = "Ein Satz, den niemand kennt.";
    assertThat(cosine(alone(whole, text), alone(cut, text)))
        .as("three of four directions were empty")
        .isCloseTo(1, within(1e-5));
    assertThat(cosine(alone(whole, text), alone(language(FitMethod.CENTER, "bare"), text)))
        .as("the encoding does something")
        .isLessThan(0.99);
    assertThatThrownBy(() -> borrowed("out", borrowing(lender, OptionalInt.of(5))))
        .hasMessageContaining("has rank 4: it cannot be cut to 5");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void whatIsLentComesInThePlaceOfTheModulesOwn() throws IOException {
    Path own = withSentenceEncoding(4);
    FittedModule lender = borrowed("cut", borrowing(own, OptionalInt.of(2)));
    FittedModule module =
        borrowed(
            "xx-anew",
            new Beginning(
                Optional.of(own),
                Optional.of(
                    new LentSentenceEncoding.Lender(lender.directory(), OptionalInt.empty()))));
    assertThat(((ModuleManifest.Language) module.manifest()).sentenceEncoding())
        .hasValueSatisfying(shape -> assertThat(shape.rank()).isEqualTo(2));
    assertThat(module.manifest().common().lineage())
        .containsEntry("from", ModulePack.digest(own).hex())
        .containsEntry("sentence_encoding_language", "de");
  }

  private static float[] alone(FittedModule module, String text) throws IOException {
    try (TorchEncoder route = encoder.route()) {
      serveGerman(route, module);
      return encode(route, text, "de", View.MONOLINGUAL);
    }
  }

  private static Beginning borrowing(Path lender, OptionalInt rank) {
    return new Beginning(
        Optional.empty(), Optional.of(new LentSentenceEncoding.Lender(lender, rank)));
  }

  private static float[] mean(Collection<float[]> rows) {
    float[] mean = new float[encoder.dimension()];
    for (float[] row : rows) {
      for (int c = 0; c < mean.length; c++) {
        mean[c] += row[c] / rows.size();
      }
    }
    return mean;
  }

  private static double norm(float[] row) {
    return Math.sqrt(cosine(row, row));
  }

  @Test
  void aModuleWithoutASentenceEncodingHasNoneToLend() {
    FittedModule centred = language(FitMethod.CENTER, "centred");
    assertThatThrownBy(
            () ->
                fitter()
                    .language(
                        "de",
                        Sentences.corpus(Sentences.german()),
                        borrowing(centred.directory(), OptionalInt.empty()),
                        FitSettings.of(FitMethod.CENTER),
                        folder.resolve("out")))
        .hasMessageContaining("no sentence encoding to lend");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void theSameDataAndSeedGiveTheSameBytes(FitMethod method) throws IOException {
    for (String name : List.of("first", "second")) {
      switch (method.kind()) {
        case LANGUAGE -> language(method, name);
        case ALIGNMENT ->
            fitter()
                .alignment(
                    "de",
                    Sentences.copies(Sentences.german()),
                    Optional.empty(),
                    Optional.empty(),
                    FitSettings.of(method),
                    folder.resolve(name));
      }
    }
    for (String file : List.of("manifest.json", "module.safetensors")) {
      assertThat(Files.readAllBytes(folder.resolve("second").resolve(file)))
          .isEqualTo(Files.readAllBytes(folder.resolve("first").resolve(file)));
    }
  }

  @Test
  void tooFewSentencesOrPairsLeaveNoModule() {
    Path out = folder.resolve("few");
    assertThatThrownBy(
            () ->
                fitter()
                    .language(
                        "de",
                        Sentences.corpus(Sentences.german().subList(0, 5)),
                        Beginning.BARE,
                        FitSettings.of(FitMethod.CENTER),
                        out))
        .hasMessageContaining("ISO-401");
    for (ParallelCorpus corpus :
        List.of(
            new ParallelCorpus(List.of(), List.of()),
            Sentences.copies(Sentences.german().subList(0, 5)))) {
      assertThatThrownBy(
              () ->
                  fitter()
                      .alignment(
                          "de",
                          corpus,
                          Optional.empty(),
                          Optional.empty(),
                          FitSettings.of(FitMethod.RIDGE),
                          out))
          .hasMessageContaining("ISO-401");
    }
    assertThat(out).doesNotExist();
  }

  @Test
  void whatExistsIsNotWrittenOver() {
    FittedModule module = language(FitMethod.CENTER, "once");
    assertThatThrownBy(() -> language(FitMethod.CENTER, "once")).hasMessageContaining("ISO-122");
    assertThat(Objects.requireNonNull(module.directory().toFile().list())).hasSize(2);
  }
}
