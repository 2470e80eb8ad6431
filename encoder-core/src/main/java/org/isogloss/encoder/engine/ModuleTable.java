package org.isogloss.encoder.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.isogloss.encoder.encode.EncoderDescription;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.Provenance;
import org.isogloss.encoder.space.SpaceDefinition;
import org.isogloss.encoder.space.View;
import org.jspecify.annotations.Nullable;

/**
 * What serves at one moment, all languages at once. Immutable; held by whoever encodes with it.
 * Holds its languages in turn.
 */
final class ModuleTable {
  private final EncoderDescription description;
  private final Map<String, ServedLanguage> languages;
  private final Optional<Digest> pivot;
  private final ReferenceCount references = new ReferenceCount(this::releaseLanguages);

  /** Filled as languages are met: few, and each once. */
  private final Map<String, Map<View, Provenance>> provenance = new ConcurrentHashMap<>();

  /**
   * @param languages each with a user that belongs to this table from now on
   */
  ModuleTable(EncoderDescription description, Map<String, ServedLanguage> languages) {
    this.description = description;
    this.languages = Map.copyOf(languages);
    this.pivot =
        Optional.ofNullable(languages.get(ModuleManifest.PIVOT))
            .flatMap(served -> served.selection().languageModule())
            .map(ModuleReference::digest);
  }

  /** The language's modules, or null for the bare backbone. */
  @Nullable ServedLanguage served(String language) {
    return languages.get(language);
  }

  /** The pivot's language module. */
  Optional<Digest> pivot() {
    return pivot;
  }

  List<ModuleSelection> selections() {
    List<ModuleSelection> selections = new ArrayList<>();
    languages.values().forEach(served -> selections.add(served.selection()));
    selections.sort(Comparator.comparing(ModuleSelection::language));
    return List.copyOf(selections);
  }

  /** What a vector of this language and view says of its making. */
  Provenance provenance(String language, View view) {
    Map<View, Provenance> of = provenance.get(language);
    if (of == null) {
      of =
          Map.of(
              View.MONOLINGUAL,
              make(language, View.MONOLINGUAL),
              View.CROSS_LINGUAL,
              make(language, View.CROSS_LINGUAL));
      provenance.put(language, of);
    }
    Provenance found = of.get(view);
    if (found == null) {
      throw new IllegalStateException("no provenance of " + view);
    }
    return found;
  }

  boolean tryAcquire() {
    return references.tryAcquire();
  }

  void release() {
    references.release();
  }

  private Provenance make(String language, View view) {
    ModuleSelection selection =
        Optional.ofNullable(languages.get(language))
            .map(ServedLanguage::selection)
            .orElse(ModuleSelection.none(language));
    Optional<ModuleReference> alignment =
        switch (view) {
          case MONOLINGUAL -> Optional.empty();
          case CROSS_LINGUAL -> selection.alignmentModule();
        };
    Optional<Digest> deciding =
        switch (view) {
          case MONOLINGUAL -> selection.languageModule().map(ModuleReference::digest);
          case CROSS_LINGUAL -> pivot;
        };
    SpaceDefinition space =
        new SpaceDefinition(
            description.backbone(),
            description.layers(),
            description.pooling(),
            true,
            description.dimension(),
            "",
            view,
            deciding);
    return new Provenance(
        view,
        space.id(),
        description.backbone(),
        description.layers(),
        selection.languageModule(),
        alignment);
  }

  private void releaseLanguages() {
    languages.values().forEach(ServedLanguage::release);
  }
}
