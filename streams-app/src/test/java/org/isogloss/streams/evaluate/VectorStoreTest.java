package org.isogloss.streams.evaluate;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorStoreTest {
  private static final String OLD = "0123456789abcdef0123456789abcdef";
  private static final String NEW = "fedcba9876543210fedcba9876543210";
  private static final VectorOrigin ORIGIN = new VectorOrigin("classes-a", "direct");

  @TempDir Path folder;

  @Test
  void crossLingualVectorsOfTwoSpacesAreRefusedByANameForEach() {
    try (VectorStore store = store()) {
      add(store, "de", View.CROSS_LINGUAL, OLD);
      add(store, "en", View.CROSS_LINGUAL, NEW);
      add(store, "fr", View.CROSS_LINGUAL, OLD);
      assertThatThrownBy(() -> store.requireOneCrossLingualSpace(languages("de", "en", "fr")))
          .isInstanceOf(IsoglossException.class)
          .hasMessageContaining("ISO-212")
          .hasMessageContaining(OLD + " of de, fr")
          .hasMessageContaining(NEW + " of en");
      assertThatCode(() -> store.requireOneCrossLingualSpace(languages("de", "fr")))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void whatWasReadAgainIsRefusedToo() {
    try (VectorStore store = store()) {
      add(store, "de", View.CROSS_LINGUAL, OLD);
      add(store, "en", View.CROSS_LINGUAL, NEW);
      add(store, "fr", View.CROSS_LINGUAL, NEW);
      add(store, "de", View.MONOLINGUAL, OLD);
    }
    try (VectorStore store = VectorStore.read(folder, identity(), languages("de", "en", "fr"))) {
      assertThatThrownBy(() -> store.requireOneCrossLingualSpace(languages("de", "en", "fr")))
          .hasMessageContaining(OLD)
          .hasMessageContaining(NEW);
    }
  }

  @Test
  void aMonolingualSpaceOfItsOwnAndALanguageWithoutVectorsAreNoMatter() {
    try (VectorStore store = store()) {
      add(store, "de", View.CROSS_LINGUAL, NEW);
      add(store, "de", View.MONOLINGUAL, OLD);
      add(store, "en", View.CROSS_LINGUAL, NEW);
      assertThatCode(() -> store.requireOneCrossLingualSpace(languages("de", "en", "fr")))
          .doesNotThrowAnyException();
    }
  }

  private VectorStore store() {
    return VectorStore.append(folder, identity(), languages("de", "en", "fr"));
  }

  /** German has an alignment, so that its views have files of their own. */
  private static EncoderIdentity identity() {
    Optional<ModuleReference> english = Optional.of(RunRecords.module("language/en@1"));
    return EncoderIdentity.of(
        RunRecords.ENCODER,
        List.of(
            new ModuleSelection("en", english, Optional.empty()),
            new ModuleSelection(
                "de",
                Optional.of(RunRecords.module("language/de@1")),
                Optional.of(RunRecords.module("alignment/de@1")))));
  }

  private static void add(VectorStore store, String language, View view, String space) {
    store.add(language, "a text", view, space, new float[] {0.6f, 0.8f}, ORIGIN);
  }

  private static SortedSet<String> languages(String... languages) {
    return new TreeSet<>(List.of(languages));
  }
}
