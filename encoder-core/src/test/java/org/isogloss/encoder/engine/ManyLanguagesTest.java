package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.RealBackbone;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModularEncoder;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 23 languages, each with a table of 30,000 pieces, LoRA on all matrices and a bottleneck of 256,
 * over the default backbone.
 */
@Tag("long")
class ManyLanguagesTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int LAYERS = 8;
  private static final int PIECES = 30_000;
  private static final int RANK = 8;
  private static final int BOTTLENECK = 256;
  private static final double SPREAD = 0.02;
  private static final long MOST_RESIDENT_BYTES = 8L << 30;
  private static final long SMALL_MODULE_MEMORY_BYTES = 500_000_000;
  private static final float TOLERANCE = 1e-5f;
  private static final List<String> LANGUAGES =
      List.of(
          "am", "ar", "az", "cs", "de", "es", "fa", "fr", "ha", "hi", "id", "it", "kk", "ko", "ky",
          "mr", "nl", "pl", "ru", "rw", "te", "tr", "zh");
  private static final List<String> TEXTS =
      List.of(
          "Guten Tag, Welt",
          "the quick brown fox jumps over the lazy dog",
          "Ma grand-mère fait un gâteau aux prunes",
          "El último autobús al aeropuerto sale a las once");

  @Test
  void theyWorkTogetherWithinTheirMemoryAndInHalfAGigabyte(@TempDir Path folder)
      throws IOException {
    Backbone backbone = RealBackbone.open();
    try (ModuleFixture fixture = new ModuleFixture(folder, backbone, LAYERS, SPREAD)) {
      List<ModuleSelection> selections = publish(fixture);
      List<float[]> all =
          encode(backbone, fixture, selections, EncoderOptions.DEFAULT_MODULE_MEMORY_BYTES);
      List<float[]> few = encode(backbone, fixture, selections, SMALL_MODULE_MEMORY_BYTES);
      for (int i = 0; i < all.size(); i++) {
        assertThat(few.get(i)).as("vector %d", i).containsExactly(all.get(i), within(TOLERANCE));
      }
      assertThat(fixture.leases()).isZero();
    }
  }

  private static List<ModuleSelection> publish(ModuleFixture fixture) throws IOException {
    List<ModuleSelection> selections = new ArrayList<>();
    for (int i = 0; i < LANGUAGES.size(); i++) {
      String language = LANGUAGES.get(i);
      ModuleReference module =
          fixture.publish(
              fixture.language(
                  language,
                  Optional.of(PIECES),
                  ModuleFixture.lora(RANK, RANK),
                  ModuleFixture.lora(RANK, RANK),
                  PostProcessing.CENTRE),
              SEED + 2L * i);
      ModuleReference alignment =
          fixture.publish(
              fixture.alignment(language, Optional.of(module), Optional.empty(), BOTTLENECK, false),
              SEED + 2L * i + 1);
      selections.add(new ModuleSelection(language, Optional.of(module), Optional.of(alignment)));
    }
    return selections;
  }

  /** Vectors of mixed micro-batches of all the languages, each checked against its own alone. */
  private static List<float[]> encode(
      Backbone backbone,
      ModuleFixture fixture,
      List<ModuleSelection> selections,
      long moduleMemoryBytes)
      throws IOException {
    List<float[]> vectors = new ArrayList<>();
    EncoderOptions options = EncoderOptions.onCpu(LAYERS).withModuleMemoryBytes(moduleMemoryBytes);
    try (TorchEncoder encoder = TorchEncoder.open(backbone, options)) {
      assertThat(encoder.serve(selections, fixture)).isEqualTo(new ModularEncoder.Exchanged());
      List<TokenizedSentence> sentences = new ArrayList<>();
      for (String language : LANGUAGES) {
        for (String text : TEXTS) {
          sentences.add(
              (TokenizedSentence)
                  encoder.prepare(new SentenceRequest(text, language, EnumSet.allOf(View.class))));
        }
      }
      Collections.shuffle(sentences, new Random(SEED));
      int half = sentences.size() / 2;
      for (List<TokenizedSentence> batch :
          List.of(sentences.subList(0, half), sentences.subList(half, sentences.size()))) {
        List<EncodeOutcome> outcomes = encoder.encode(batch);
        for (EncodeOutcome outcome : outcomes) {
          for (View view : View.values()) {
            vectors.add(((Encoded) outcome).vector(view).values());
          }
        }
        for (int i = 0; i < batch.size(); i += 9) {
          Encoded alone = (Encoded) encoder.encode(List.of(batch.get(i))).getFirst();
          Encoded together = (Encoded) outcomes.get(i);
          for (View view : View.values()) {
            assertThat(together.vector(view).values())
                .containsExactly(alone.vector(view).values(), within(TOLERANCE));
          }
        }
      }
      long resident = ResidentMemory.measure().bytes();
      System.out.printf(
          "%d languages, at most %d MB of modules: %d MB resident, %d evictions%n",
          LANGUAGES.size(), moduleMemoryBytes >> 20, resident >> 20, encoder.moduleEvictions());
      assertThat(resident).as("resident bytes").isLessThan(MOST_RESIDENT_BYTES);
      if (moduleMemoryBytes == SMALL_MODULE_MEMORY_BYTES) {
        assertThat(encoder.moduleEvictions()).as("evictions").isGreaterThan(LANGUAGES.size());
      }
    }
    return vectors;
  }
}
