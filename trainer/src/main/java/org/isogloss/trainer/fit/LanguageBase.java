package org.isogloss.trainer.fit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.Transliteration;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * What a language module is but for its post-processing: transliteration, tokenizer, table, LoRA.
 * Post-processing is fitted behind it.
 *
 * @param lineage what a module of this base says of where it comes from
 * @param tensors live as long as what was opened is open
 */
record LanguageBase(
    Map<String, String> lineage,
    Optional<Integer> pieces,
    Optional<Transliteration> transliteration,
    Optional<LoraShape> languageAdaptation,
    Optional<LoraShape> sentenceEncoding,
    Map<String, TensorEntry> tensors,
    Optional<Path> tokenizer) {
  static final LanguageBase BARE =
      new LanguageBase(
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          Optional.empty());

  LanguageBase {
    if (pieces.isPresent() != tokenizer.isPresent()) {
      throw new IllegalArgumentException("a table and its tokenizer go together");
    }
    lineage = Map.copyOf(lineage);
    tensors = Map.copyOf(tensors);
  }

  /**
   * Of an opened module.
   *
   * @throws IsoglossException BAD_MODULE if it is no language module of this language
   */
  static LanguageBase of(ModuleFiles files, Path directory, Backbone backbone, String language)
      throws IOException {
    if (!(files.manifest() instanceof ModuleManifest.Language module)
        || !module.language().equals(language)) {
      throw new IsoglossException(
          ErrorCode.BAD_MODULE, "%s is no module of language/%s".formatted(directory, language));
    }
    Map<String, TensorEntry> tensors =
        new HashMap<>(ModuleDraft.of(files, backbone.config()).tensors());
    tensors.remove(ModuleTensors.MEAN);
    tensors.remove(ModuleTensors.WHITENING);
    return new LanguageBase(
        Map.of("from", ModulePack.digest(directory).hex()),
        module.pieces(),
        module.transliteration(),
        module.languageAdaptation(),
        module.sentenceEncoding(),
        tensors,
        Optional.of(directory.resolve("tokenizer.json")).filter(Files::isRegularFile));
  }

  /** The same with another module's sentence encoding in the place of its own. */
  LanguageBase with(LentSentenceEncoding lent) {
    Map<String, TensorEntry> all = new HashMap<>(tensors);
    all.keySet().removeIf(ModuleTensors::isSentenceEncoding);
    all.putAll(lent.tensors());
    Map<String, String> both = new HashMap<>(lineage);
    both.putAll(lent.lineage());
    return new LanguageBase(
        both,
        pieces,
        transliteration,
        languageAdaptation,
        Optional.of(lent.shape()),
        all,
        tokenizer);
  }

  /** The same that reads text through a transliteration, in the place of its own. */
  LanguageBase with(Transliteration rules) {
    return new LanguageBase(
        lineage,
        pieces,
        Optional.of(rules),
        languageAdaptation,
        sentenceEncoding,
        tensors,
        tokenizer);
  }

  /** The manifest of a module of this base. */
  ModuleManifest.Language manifest(
      String language, ModuleManifest.Common common, PostProcessing postProcessing) {
    return new ModuleManifest.Language(
        language,
        common,
        pieces,
        transliteration,
        languageAdaptation,
        sentenceEncoding,
        postProcessing);
  }

  /** Whether nothing differs from the bare backbone. */
  boolean isBare() {
    return pieces.isEmpty()
        && transliteration.isEmpty()
        && languageAdaptation.isEmpty()
        && sentenceEncoding.isEmpty();
  }
}
