package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.SentenceVector;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.LinearTarget;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.Transliteration;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One forward pass of the bare backbone serves modules that act after pooling only. */
class AfterPoolingTest {
  private static final Set<View> BOTH = EnumSet.allOf(View.class);
  private static final List<String> TEXTS =
      List.of("One sentence.", "A longer sentence, with a comma.", "Zwei plus zwei ist vier.", "x");

  private ModuleFixture fixture;
  private TorchEncoder encoder;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    encoder =
        TorchEncoder.open(
            fixture.backbone, EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1));
  }

  @AfterEach
  void close() {
    encoder.close();
    fixture.close();
  }

  @Test
  void whatIsComputedFromPooledVectorsEqualsEncodingAfresh() throws IOException {
    ModuleReference pivot = language("en", PostProcessing.WHITEN, 1);
    ModuleReference centred = language("de", PostProcessing.CENTRE, 2);
    ModuleReference whitened = language("fr", PostProcessing.WHITEN, 3);
    serve(
        new ModuleSelection("en", Optional.of(pivot), Optional.empty()),
        new ModuleSelection("de", Optional.of(centred), Optional.empty()),
        new ModuleSelection(
            "fr", Optional.of(whitened), Optional.of(affine("fr", Optional.of(whitened), pivot))),
        new ModuleSelection(
            "it", Optional.empty(), Optional.of(affine("it", Optional.empty(), pivot))));
    for (String language : List.of("en", "de", "fr", "it", "ky")) {
      AfterPooling after = encoder.afterPooling(language).orElseThrow();
      for (String text : TEXTS) {
        SentenceRequest request = new SentenceRequest(text, language, BOTH);
        float[] pooled = pooled(request);
        float[] untouched = pooled.clone();
        Encoded afresh =
            (Encoded)
                encoder.encode(List.of((TokenizedSentence) encoder.prepare(request))).getFirst();
        for (View view : View.values()) {
          SentenceVector computed = after.vector(pooled, view).orElseThrow();
          assertThat(computed.values())
              .as("%s, %s, '%s'", language, view, text)
              .containsExactly(afresh.vector(view).values(), within(1e-6f));
          assertThat(computed.provenance()).isEqualTo(afresh.vector(view).provenance());
        }
        assertThat(pooled).containsExactly(untouched);
      }
    }
  }

  @Test
  void theBareBackbonesVectorIsTheSameToTheBit() {
    SentenceRequest request = new SentenceRequest(TEXTS.getFirst(), "de", BOTH);
    float[] afresh =
        ((Encoded) encoder.encode(List.of((TokenizedSentence) encoder.prepare(request))).getFirst())
            .vector(View.CROSS_LINGUAL)
            .values();
    assertThat(
            encoder
                .afterPooling("de")
                .orElseThrow()
                .vector(pooled(request), View.CROSS_LINGUAL)
                .orElseThrow()
                .values())
        .containsExactly(afresh);
  }

  @Test
  void modulesThatActOnTextTokensOrLayersNeedAPassOfTheirOwn() throws IOException {
    ModuleReference lowRank =
        fixture.publish(
            fixture.language(
                "de",
                Optional.empty(),
                Optional.empty(),
                ModuleFixture.lora(2, 2, LinearTarget.QUERY),
                PostProcessing.CENTRE),
            4);
    ModuleReference table =
        fixture.publish(
            fixture.language(
                "fr", Optional.of(150), Optional.empty(), Optional.empty(), PostProcessing.NONE),
            5);
    ModuleReference adapter =
        fixture.publish(fixture.alignment("it", Optional.empty(), Optional.empty(), 4, true), 6);
    ModuleManifest.Language plain =
        fixture.language(
            "uz", Optional.empty(), Optional.empty(), Optional.empty(), PostProcessing.CENTRE);
    ModuleReference spelt =
        fixture.publish(
            new ModuleManifest.Language(
                "uz",
                plain.common(),
                plain.pieces(),
                Optional.of(
                    Transliteration.of(Map.of(Transliteration.Place.ANYWHERE, Map.of("ш", "sh")))),
                plain.languageAdaptation(),
                plain.sentenceEncoding(),
                plain.postProcessing()),
            7);
    serve(
        new ModuleSelection("de", Optional.of(lowRank), Optional.empty()),
        new ModuleSelection("fr", Optional.of(table), Optional.empty()),
        new ModuleSelection("it", Optional.empty(), Optional.of(adapter)),
        new ModuleSelection("uz", Optional.of(spelt), Optional.empty()));
    assertThat(List.of("de", "fr", "it", "uz"))
        .allSatisfy(language -> assertThat(encoder.afterPooling(language)).isEmpty());
  }

  @Test
  void aVectorWithoutADirectionIsNone() {
    AfterPooling after = encoder.afterPooling("de").orElseThrow();
    float[] pooled = new float[encoder.dimension()];
    assertThat(after.vector(pooled, View.MONOLINGUAL)).isEmpty();
    pooled[0] = Float.NaN;
    assertThat(after.vector(pooled, View.MONOLINGUAL)).isEmpty();
  }

  private float[] pooled(SentenceRequest request) {
    try (TorchEncoder bare = encoder.route()) {
      return bare.pooled(List.of((TokenizedSentence) bare.prepare(request)))[0];
    }
  }

  private ModuleReference language(String language, PostProcessing processing, long seed)
      throws IOException {
    return fixture.publish(
        fixture.language(
            language, Optional.empty(), Optional.empty(), Optional.empty(), processing),
        seed);
  }

  private ModuleReference affine(
      String language, Optional<ModuleReference> languageModule, ModuleReference pivot)
      throws IOException {
    return fixture.publish(
        fixture.alignment(language, languageModule, Optional.of(pivot), 0, true),
        language.hashCode());
  }

  private void serve(ModuleSelection... selections) {
    encoder.serveOrThrow(List.of(selections), fixture);
  }
}
