package org.isogloss.encoder.module;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleKind;
import org.isogloss.encoder.space.Pooling;

/** What a module says of itself: {@code manifest.json}, see the package's description. */
public sealed interface ModuleManifest permits ModuleManifest.Language, ModuleManifest.Alignment {
  /** The language it serves, such as {@code de}. */
  String language();

  /** What both kinds of module have in common. */
  Common common();

  /** The same module that says something else of itself. */
  default ModuleManifest with(Common other) {
    return switch (this) {
      case Language l ->
          new Language(
              l.language(),
              other,
              l.pieces(),
              l.transliteration(),
              l.languageAdaptation(),
              l.sentenceEncoding(),
              l.postProcessing());
      case Alignment a ->
          new Alignment(
              a.language(), other, a.languageModule(), a.pivot(), a.adapter(), a.affine());
    };
  }

  default ModuleKind kind() {
    return switch (this) {
      case Language l -> ModuleKind.LANGUAGE;
      case Alignment a -> ModuleKind.ALIGNMENT;
    };
  }

  /**
   * @param backbone the only backbone it fits
   * @param layers how many layers of it run
   * @param pooling how the hidden states became the vectors it was made on
   * @param lineage how it was made: data, steps, seeds; names in snake case
   * @param metrics scores it had when it was published
   * @param licence of the weights, such as {@code CC-BY-2.0-FR}
   * @param selfTests checked whenever it is loaded
   */
  record Common(
      Digest backbone,
      int layers,
      int dimension,
      Pooling pooling,
      Map<String, String> lineage,
      Map<String, Double> metrics,
      String licence,
      List<SelfTest> selfTests) {
    /** Of mean pooling, as all but a few backbones have it. */
    public Common(
        Digest backbone,
        int layers,
        int dimension,
        Map<String, String> lineage,
        Map<String, Double> metrics,
        String licence,
        List<SelfTest> selfTests) {
      this(backbone, layers, dimension, Pooling.MEAN, lineage, metrics, licence, selfTests);
    }

    public Common {
      lineage = Map.copyOf(lineage);
      metrics = Map.copyOf(metrics);
      selfTests = List.copyOf(selfTests);
      if (layers < 1 || dimension < 1) {
        throw new IllegalArgumentException("layers " + layers + ", dimension " + dimension);
      }
      for (SelfTest test : selfTests) {
        if (test.vector().size() != dimension) {
          throw new IllegalArgumentException(
              "a self-test's vector has %d values, not %d"
                  .formatted(test.vector().size(), dimension));
        }
      }
    }
  }

  /**
   * Specialises the backbone for one language.
   *
   * @param pieces rows of its own embedding table; empty: it uses the backbone's tokenizer and
   *     table
   * @param transliteration brings text into the spelling that the tokenizer knows; empty: text is
   *     read as it is
   * @param languageAdaptation LA
   * @param sentenceEncoding SE
   */
  record Language(
      String language,
      Common common,
      Optional<Integer> pieces,
      Optional<Transliteration> transliteration,
      Optional<LoraShape> languageAdaptation,
      Optional<LoraShape> sentenceEncoding,
      PostProcessing postProcessing)
      implements ModuleManifest {
    /** One that reads text as it is. */
    public Language(
        String language,
        Common common,
        Optional<Integer> pieces,
        Optional<LoraShape> languageAdaptation,
        Optional<LoraShape> sentenceEncoding,
        PostProcessing postProcessing) {
      this(
          language,
          common,
          pieces,
          Optional.empty(),
          languageAdaptation,
          sentenceEncoding,
          postProcessing);
    }

    public Language {
      Manifests.requireLanguage(language);
      if (pieces.isPresent() && pieces.get() < 1) {
        throw new IllegalArgumentException("pieces " + pieces.get());
      }
    }
  }

  /**
   * Brings one language into the pivot's space. Serves only beside the language module and the
   * pivot it was made for.
   *
   * @param languageModule digest of that language's module; empty: the bare backbone
   * @param pivot digest of the pivot's language module; empty: the bare backbone
   * @param affine whether it has an affine map of the pooled vector
   */
  record Alignment(
      String language,
      Common common,
      Optional<Digest> languageModule,
      Optional<Digest> pivot,
      Optional<AdapterShape> adapter,
      boolean affine)
      implements ModuleManifest {
    public Alignment {
      Manifests.requireLanguage(language);
      if (language.equals(PIVOT)) {
        throw new IllegalArgumentException("the pivot never has an alignment module");
      }
      if (adapter.isEmpty() && !affine) {
        throw new IllegalArgumentException("an alignment needs an adapter, an affine map, or both");
      }
    }
  }

  /** The language whose space all alignments lead into. */
  String PIVOT = "en";
}
