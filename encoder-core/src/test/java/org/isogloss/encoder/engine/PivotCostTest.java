package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** English has no alignment module and pays for none: what a sentence in both views costs. */
class PivotCostTest {
  private static final Set<View> BOTH = EnumSet.allOf(View.class);
  private static final String TEXT = "one two three";

  private ModuleFixture fixture;
  private TorchEncoder encoder;

  /** English and German with all parts, French with an affine map alone, Spanish with nothing. */
  @BeforeEach
  void serve(@TempDir Path folder) throws IOException {
    fixture = new ModuleFixture(folder);
    encoder =
        TorchEncoder.open(
            fixture.backbone, EncoderOptions.onCpu(ModuleFixture.LAYERS).withThreads(1));
    Optional<ModuleReference> english = Optional.of(language("en", 1));
    Optional<ModuleReference> german = Optional.of(language("de", 2));
    Optional<ModuleReference> french = Optional.of(language("fr", 3));
    Optional<ModuleReference> adapter =
        Optional.of(fixture.publish(fixture.alignment("de", german, english, 6, true), 4));
    Optional<ModuleReference> affine =
        Optional.of(fixture.publish(fixture.alignment("fr", french, english, 0, true), 5));
    assertThat(
            encoder.serve(
                List.of(
                    new ModuleSelection("en", english, Optional.empty()),
                    new ModuleSelection("de", german, adapter),
                    new ModuleSelection("fr", french, affine)),
                fixture))
        .isEqualTo(new ModularEncoder.Exchanged());
  }

  @AfterEach
  void close() {
    encoder.close();
    fixture.close();
  }

  @Test
  void inBothViewsAnEnglishSentenceIsComputedOnceAndOneOfALanguageWithAnAdapterTwice() {
    int tokens = prepare("en", BOTH).tokens().length();

    assertThat(computed(prepare("en", BOTH))).isEqualTo(tokens);
    assertThat(computed(prepare("de", BOTH))).isEqualTo(2L * tokens);
    assertThat(computed(prepare("en", BOTH), prepare("de", BOTH), prepare("en", BOTH)))
        .as("together")
        .isEqualTo(4L * tokens);
  }

  @Test
  void withoutAnAdapterBothViewsShareTheirRowInAnyLanguage() {
    int tokens = prepare("en", BOTH).tokens().length();

    assertThat(computed(prepare("fr", BOTH))).as("an affine map").isEqualTo(tokens);
    assertThat(computed(prepare("es", BOTH))).as("no modules").isEqualTo(tokens);
  }

  @Test
  void inOneViewEverySentenceIsComputedOnce() {
    for (String language : List.of("en", "de", "fr", "es")) {
      for (View view : View.values()) {
        TokenizedSentence sentence = prepare(language, Set.of(view));
        assertThat(computed(sentence))
            .as("%s, %s", language, view)
            .isEqualTo(sentence.tokens().length());
      }
    }
  }

  @Test
  void bothViewsOfAnEnglishSentenceAreOneVectorThatSaysItHasNoAlignment() {
    Encoded english = (Encoded) encoder.encode(List.of(prepare("en", BOTH))).getFirst();

    assertThat(english.vector(View.CROSS_LINGUAL).values())
        .containsExactly(english.vector(View.MONOLINGUAL).values());
    assertThat(english.vector(View.CROSS_LINGUAL).provenance().alignmentModule()).isEmpty();
    assertThat(english.vector(View.CROSS_LINGUAL).provenance().languageModule()).isPresent();
  }

  private ModuleReference language(String language, long seed) throws IOException {
    return fixture.publish(
        fixture.language(
            language,
            Optional.empty(),
            ModuleFixture.lora(4, 8),
            ModuleFixture.lora(2, 2),
            PostProcessing.WHITEN),
        seed);
  }

  /** Tokens that go through the layers for a micro-batch of these. */
  private long computed(TokenizedSentence... sentences) {
    long before = encoder.computedRows().tokens();
    assertThat(encoder.encode(List.of(sentences))).hasOnlyElementsOfType(Encoded.class);
    return encoder.computedRows().tokens() - before;
  }

  private TokenizedSentence prepare(String language, Set<View> views) {
    return (TokenizedSentence) encoder.prepare(new SentenceRequest(TEXT, language, views));
  }
}
