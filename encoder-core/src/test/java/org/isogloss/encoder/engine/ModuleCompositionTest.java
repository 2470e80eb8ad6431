package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.ReferenceEncoder;
import org.isogloss.encoder.encode.SentenceEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.Transliteration;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The composition of design, section 3, against the same written in plain Java. */
@TestInstance(Lifecycle.PER_CLASS)
class ModuleCompositionTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final Set<View> BOTH = EnumSet.allOf(View.class);
  private static final float TOLERANCE = 1e-5f;

  private ModuleFixture fixture;
  private TorchEncoder encoder;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    encoder =
        TorchEncoder.open(
            fixture.backbone, EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1));
  }

  @AfterAll
  void close() {
    encoder.close();
    assertThat(fixture.leases()).as("every lease was closed").isZero();
    fixture.close();
  }

  @Test
  void everyPartOfEveryModuleIsWhatTheReferenceComputes() throws IOException {
    List<ModuleSelection> selections = everyKind();
    serve(selections);
    try (ReferenceEncoder reference = fixture.reference(selections)) {
      Random random = new Random(SEED);
      for (int i = 0; i < 60; i++) {
        String language = language(random);
        SentenceRequest request = new SentenceRequest(text(random), language, BOTH);
        Encoded ours = encode(encoder, request);
        Encoded theirs = encode(reference, request);
        for (View view : View.values()) {
          assertThat(ours.vector(view).values())
              .as("seed %d, sentence %d, %s, %s", SEED, i, language, view)
              .containsExactly(theirs.vector(view).values(), within(TOLERANCE));
          assertThat(ours.vector(view).provenance()).isEqualTo(theirs.vector(view).provenance());
        }
      }
    }
  }

  @Test
  void everyRowOfAMixedMicroBatchEqualsWhatItGetsAlone() throws IOException {
    serve(everyKind());
    Random random = new Random(SEED);
    List<TokenizedSentence> sentences = new ArrayList<>();
    List<Encoded> alone = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      Set<View> views = views(random);
      TokenizedSentence sentence =
          (TokenizedSentence)
              encoder.prepare(new SentenceRequest(text(random), language(random), views));
      sentences.add(sentence);
      alone.add((Encoded) encoder.encode(List.of(sentence)).getFirst());
    }
    for (int round = 0; round < 2000; round++) {
      List<Integer> rows =
          random.ints(1 + random.nextInt(24), 0, sentences.size()).boxed().toList();
      List<EncodeOutcome> outcomes = encoder.encode(rows.stream().map(sentences::get).toList());
      for (int i = 0; i < rows.size(); i++) {
        Encoded expected = alone.get(rows.get(i));
        Encoded found = (Encoded) outcomes.get(i);
        assertThat(found.vectors()).hasSameSizeAs(expected.vectors());
        for (int v = 0; v < found.vectors().size(); v++) {
          assertThat(found.vectors().get(v).provenance())
              .isEqualTo(expected.vectors().get(v).provenance());
          assertThat(found.vectors().get(v).values())
              .as("seed %d, round %d, row %d", SEED, round, i)
              .containsExactly(expected.vectors().get(v).values(), within(TOLERANCE));
        }
      }
    }
  }

  @Test
  void blocksThatOneLanguageHasAndBlocksThatItSharesGiveEveryRowItsOwn() throws IOException {
    everyRowOfLargeMicroBatchesEqualsWhatItGetsAlone(encoder);
  }

  @Test
  void aMicroBatchCutForSeveralThreadsGivesEveryRowItsOwn() throws IOException {
    for (int threads : List.of(2, 3)) {
      EncoderOptions options = EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(threads);
      try (TorchEncoder several = TorchEncoder.open(fixture.backbone, options)) {
        everyRowOfLargeMicroBatchesEqualsWhatItGetsAlone(several);
        assertThat(several.nativeCalls()).as("some were cut").isGreaterThan(several.microBatches());
      }
    }
  }

  /** Large enough to be cut into blocks, and for every lane. */
  private void everyRowOfLargeMicroBatchesEqualsWhatItGetsAlone(TorchEncoder encoder)
      throws IOException {
    List<ModuleSelection> selections = everyKind();
    Random random = new Random(SEED);
    List<TokenizedSentence> sentences = new ArrayList<>();
    int all = 0;
    // Some are tokenised before their language has a tokenizer of its own.
    for (List<ModuleSelection> serving : List.of(List.<ModuleSelection>of(), selections)) {
      encoder.serveOrThrow(serving, fixture);
      for (Map.Entry<String, Integer> each :
          List.of(
              Map.entry("de", 600),
              Map.entry("ko", 350),
              Map.entry("es", 50),
              Map.entry("en", 30),
              Map.entry("fr", 150),
              Map.entry("ru", 45))) {
        int tokens = 0;
        while (tokens < each.getValue()) {
          TokenizedSentence sentence =
              (TokenizedSentence)
                  encoder.prepare(new SentenceRequest(text(random), each.getKey(), views(random)));
          sentences.add(sentence);
          tokens += sentence.tokens().length();
        }
        all += tokens;
      }
    }
    assertThat(all).as("enough for three lanes").isGreaterThan(3 * Lanes.FEWEST_TOKENS);
    int tensors = encoder.liveTensors();
    for (int round = 0; round < 4; round++) {
      Collections.shuffle(sentences, random);
      List<EncodeOutcome> outcomes = encoder.encode(sentences);
      for (int i = 0; i < sentences.size(); i++) {
        Encoded alone = (Encoded) encoder.encode(List.of(sentences.get(i))).getFirst();
        Encoded found = (Encoded) outcomes.get(i);
        for (int v = 0; v < found.vectors().size(); v++) {
          assertThat(found.vectors().get(v).values())
              .as("seed %d, round %d, %s", SEED, round, sentences.get(i).language())
              .containsExactly(alone.vectors().get(v).values(), within(TOLERANCE));
        }
      }
    }
    List<TokenizedSentence> anew =
        sentences.stream()
            .map(sentence -> (TokenizedSentence) encoder.prepare(sentence.request()))
            .toList();
    float[][] together = encoder.pooled(anew);
    for (int i = 0; i < anew.size(); i++) {
      assertThat(together[i])
          .as("seed %d, pooled, %s", SEED, anew.get(i).language())
          .containsExactly(encoder.pooled(List.of(anew.get(i)))[0], within(10 * TOLERANCE));
    }
    assertThat(encoder.liveTensors()).isEqualTo(tensors);
  }

  @Test
  void aSentenceEncodingWithoutEffectLeavesTheLanguageAdaptationToTheBit() throws IOException {
    ModuleReference adapted =
        fixture.publish(
            fixture.language(
                "de",
                Optional.empty(),
                ModuleFixture.lora(4, 8),
                Optional.empty(),
                PostProcessing.NONE),
            5);
    ModuleReference both =
        fixture.publish(
            fixture.language(
                "de",
                Optional.empty(),
                ModuleFixture.lora(4, 8),
                ModuleFixture.lora(3, 6),
                PostProcessing.NONE),
            5,
            name -> name.startsWith("sentence_encoding") && name.endsWith(".b"));
    float[] only = vectorWith(adapted, Optional.empty(), View.MONOLINGUAL);
    float[] zero = vectorWith(both, Optional.empty(), View.MONOLINGUAL);
    assertThat(zero).isEqualTo(only);
  }

  @Test
  void anAdapterWithoutEffectLeavesTheLanguageModuleToTheBit() throws IOException {
    ModuleReference language =
        fixture.publish(
            fixture.language(
                "de",
                Optional.empty(),
                ModuleFixture.lora(4, 8),
                Optional.empty(),
                PostProcessing.CENTRE),
            6);
    ModuleReference alignment =
        fixture.publish(
            fixture.alignment("de", Optional.of(language), Optional.empty(), 8, false),
            7,
            name -> name.contains(".up."));
    float[] only = vectorWith(language, Optional.empty(), View.CROSS_LINGUAL);
    float[] zero = vectorWith(language, Optional.of(alignment), View.CROSS_LINGUAL);
    assertThat(zero).isEqualTo(only);
  }

  @Test
  void aTransliterationGivesATextTheVectorOfWhatItIsReadAs() throws IOException {
    Transliteration rules =
        Transliteration.of(
            Map.of(
                Transliteration.Place.WORD_START, Map.of("Е", "Ye"),
                Transliteration.Place.ANYWHERE, Map.of("Г", "G", "у", "u", "т", "t", "н", "n")));
    ModuleManifest.Language plain =
        fixture.language(
            "uz",
            Optional.empty(),
            ModuleFixture.lora(4, 8),
            Optional.empty(),
            PostProcessing.CENTRE);
    ModuleManifest.Language spelt =
        new ModuleManifest.Language(
            "uz",
            plain.common(),
            plain.pieces(),
            Optional.of(rules),
            plain.languageAdaptation(),
            plain.sentenceEncoding(),
            plain.postProcessing());
    ModuleSelection reading =
        ModuleFixture.selection("uz", Optional.of(fixture.publish(spelt, 5)), Optional.empty());
    ModuleSelection asItIs =
        ModuleFixture.selection("uz", Optional.of(fixture.publish(plain, 5)), Optional.empty());
    SentenceRequest cyrillic = new SentenceRequest("Гутн Таг, Ен", "uz", BOTH);
    SentenceRequest latin = new SentenceRequest("Gutn Таг, Yen", "uz", BOTH);
    assertThat(rules.apply(cyrillic.text())).isEqualTo(latin.text());

    serve(List.of(asItIs));
    Encoded expected = encode(encoder, latin);
    TokenizedSentence asItWas = (TokenizedSentence) encoder.prepare(cyrillic);
    assertThat(encode(encoder, cyrillic).vector(View.MONOLINGUAL).values())
        .isNotEqualTo(expected.vector(View.MONOLINGUAL).values());

    serve(List.of(reading));
    TokenizedSentence asRead = (TokenizedSentence) encoder.prepare(cyrillic);
    assertThat(asRead.request().text()).as("what is sent on").isEqualTo(cyrillic.text());
    for (Encoded found :
        List.of(
            encode(encoder, cyrillic),
            (Encoded) encoder.encode(List.of(asRead)).getFirst(),
            // Cut before the module came: it is cut anew.
            (Encoded) encoder.encode(List.of(asItWas)).getFirst())) {
      assertThat(found.vector(View.MONOLINGUAL).values())
          .isEqualTo(expected.vector(View.MONOLINGUAL).values());
    }
    try (ReferenceEncoder reference = fixture.reference(List.of(reading))) {
      assertThat(encode(reference, cyrillic).vector(View.CROSS_LINGUAL).values())
          .containsExactly(expected.vector(View.CROSS_LINGUAL).values(), within(TOLERANCE));
    }
    serve(List.of(asItIs));
    assertThat(
            ((Encoded) encoder.encode(List.of(asRead)).getFirst())
                .vector(View.MONOLINGUAL)
                .values())
        .as("cut by a module that is gone")
        .isEqualTo(encode(encoder, cyrillic).vector(View.MONOLINGUAL).values());
  }

  @Test
  void withoutModulesTheEncoderIsTheBackbone() throws IOException {
    SentenceRequest request = new SentenceRequest("Guten Tag, Welt", "de", BOTH);
    serve(List.of());
    float[] before = encode(encoder, request).vector(View.MONOLINGUAL).values();
    serve(everyKind());
    assertThat(encode(encoder, request).vector(View.MONOLINGUAL).values()).isNotEqualTo(before);
    serve(List.of());
    Encoded after = encode(encoder, request);
    assertThat(after.vector(View.MONOLINGUAL).values()).isEqualTo(before);
    assertThat(after.vector(View.CROSS_LINGUAL).values()).isEqualTo(before);
    try (ReferenceEncoder reference = fixture.reference(List.of())) {
      assertThat(before)
          .containsExactly(
              encode(reference, request).vector(View.MONOLINGUAL).values(), within(TOLERANCE));
    }
  }

  @Test
  void modulesBeyondTheMemoryLimitLeaveAndComeBackUnnoticed() throws IOException {
    List<ModuleSelection> selections = everyKind();
    try (TorchEncoder small =
        TorchEncoder.open(
            fixture.backbone,
            EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1).withModuleMemoryBytes(1))) {
      assertThat(small.serve(selections, fixture)).isInstanceOf(ModularEncoder.Exchanged.class);
      serve(selections);
      Random random = new Random(SEED);
      for (int i = 0; i < 100; i++) {
        SentenceRequest request = new SentenceRequest(text(random), language(random), BOTH);
        for (View view : View.values()) {
          assertThat(encode(small, request).vector(view).values())
              .isEqualTo(encode(encoder, request).vector(view).values());
        }
      }
      assertThat(small.moduleEvictions()).isGreaterThan(50);
    }
  }

  @Test
  void routesOverOneBackboneHaveModulesOfTheirOwn() throws IOException {
    serve(everyKind());
    SentenceRequest request = new SentenceRequest("Guten Tag", "de", BOTH);
    try (TorchEncoder pinned = encoder.route()) {
      assertThat(pinned.serving()).isEmpty();
      assertThat(encode(pinned, request).vector(View.CROSS_LINGUAL).provenance().languageModule())
          .isEmpty();
      assertThat(encode(encoder, request).vector(View.CROSS_LINGUAL).provenance().languageModule())
          .isPresent();
    }
    assertThat(encode(encoder, request).vectors()).hasSize(2);
  }

  /** Languages that together have every kind of part, and one without any. */
  private List<ModuleSelection> everyKind() throws IOException {
    ModuleReference english =
        fixture.publish(
            fixture.language(
                "en",
                Optional.empty(),
                ModuleFixture.lora(4, 8, LinearTarget.QUERY, LinearTarget.VALUE),
                ModuleFixture.lora(2, 2, LinearTarget.QUERY, LinearTarget.KEY),
                PostProcessing.CENTRE),
            11);
    ModuleReference german =
        fixture.publish(
            fixture.language(
                "de",
                Optional.of(700),
                ModuleFixture.lora(4, 8),
                ModuleFixture.lora(3, 3),
                PostProcessing.WHITEN),
            12);
    ModuleReference germanAlignment =
        fixture.publish(
            fixture.alignment("de", Optional.of(german), Optional.of(english), 8, true), 13);
    ModuleReference frenchAlignment =
        fixture.publish(
            fixture.alignment("fr", Optional.empty(), Optional.of(english), 5, false), 14);
    ModuleReference turkish =
        fixture.publish(
            fixture.language(
                "tr", Optional.of(300), Optional.empty(), Optional.empty(), PostProcessing.NONE),
            15);
    ModuleReference russian =
        fixture.publish(
            fixture.language(
                "ru", Optional.empty(), Optional.empty(), Optional.empty(), PostProcessing.CENTRE),
            16);
    ModuleReference russianAlignment =
        fixture.publish(
            fixture.alignment("ru", Optional.of(russian), Optional.of(english), 0, true), 17);
    ModuleReference korean =
        fixture.publish(
            fixture.language(
                "ko",
                Optional.empty(),
                Optional.empty(),
                ModuleFixture.lora(6, 3, LinearTarget.INTERMEDIATE, LinearTarget.OUTPUT),
                PostProcessing.NONE),
            18);
    return List.of(
        ModuleFixture.selection("en", Optional.of(english), Optional.empty()),
        ModuleFixture.selection("de", Optional.of(german), Optional.of(germanAlignment)),
        ModuleFixture.selection("fr", Optional.empty(), Optional.of(frenchAlignment)),
        ModuleFixture.selection("tr", Optional.of(turkish), Optional.empty()),
        ModuleFixture.selection("ru", Optional.of(russian), Optional.of(russianAlignment)),
        ModuleFixture.selection("ko", Optional.of(korean), Optional.empty()));
  }

  private static String language(Random random) {
    List<String> languages = List.of("en", "de", "fr", "tr", "ru", "ko", "es");
    return languages.get(random.nextInt(languages.size()));
  }

  private static Set<View> views(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> EnumSet.of(View.MONOLINGUAL);
      case 1 -> EnumSet.of(View.CROSS_LINGUAL);
      default -> BOTH;
    };
  }

  private float[] vectorWith(
      ModuleReference language, Optional<ModuleReference> alignment, View view) {
    serve(List.of(ModuleFixture.selection("de", Optional.of(language), alignment)));
    return encode(encoder, new SentenceRequest("Das Wetter ist heute schön", "de", BOTH))
        .vector(view)
        .values();
  }

  private void serve(List<ModuleSelection> selections) {
    assertThat(encoder.serve(selections, fixture)).isEqualTo(new ModularEncoder.Exchanged());
  }

  private static Encoded encode(SentenceEncoder encoder, SentenceRequest request) {
    TokenizedSentence sentence = (TokenizedSentence) encoder.prepare(request);
    return (Encoded) encoder.encode(List.of(sentence)).getFirst();
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int words = 1 + random.nextInt(9); words > 0; words--) {
      for (int c = 1 + random.nextInt(6); c > 0; c--) {
        text.append((char) ('a' + random.nextInt(26)));
      }
      text.append(' ');
    }
    return text.toString();
  }
}
