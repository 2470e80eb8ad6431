package org.isogloss.trainer.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.fit.ModuleFolders;
import org.isogloss.trainer.fit.ModuleWriter;
import org.isogloss.trainer.loop.LoopResult;
import org.isogloss.trainer.loop.TrainingTask;

/**
 * One training of a language module, from the module it begins with (or the bare backbone) to the
 * one that is written. A stage says what it keeps, what learns, and from what.
 */
public abstract class LanguageStage {
  private final TrainingSite site;
  private final TorchEncoder route;
  private final String language;
  private final Optional<Path> from;
  private final StageSettings settings;
  private final Optional<ModuleReference> begun;

  /**
   * Lets the route serve the module to begin from.
   *
   * @param from its directory; empty: the bare backbone
   */
  protected LanguageStage(
      TrainingSite site,
      TorchEncoder route,
      String language,
      Optional<Path> from,
      StageSettings settings)
      throws IOException {
    this.site = site;
    this.route = route;
    this.language = language;
    this.from = from;
    this.settings = settings;
    ModuleFolders folders = new ModuleFolders();
    this.begun = folders.addLanguageModule(from, language);
    ModuleWriter.serve(
        route, List.of(new ModuleSelection(language, begun, Optional.empty())), folders);
  }

  /** Such as {@code sentence encoding}. */
  protected abstract String name();

  /** Whether a tensor of the module to begin from stays as it is. */
  protected abstract boolean keeps(String tensor);

  /** Tensors of other modules that this one begins with; open as long as the stage trains. */
  protected Map<String, TensorEntry> lent() {
    return Map.of();
  }

  /**
   * The manifest of the new module.
   *
   * @param old of the module to begin from, if there is one
   */
  protected abstract ModuleManifest.Language manifest(
      Optional<ModuleManifest.Language> old, ModuleManifest.Common common);

  /** What learns; closed when it has learnt. */
  protected abstract TrainableLanguage learner(TrainingEncoder trainer, ModuleDraft draft);

  /**
   * What is learnt.
   *
   * @param old of the module to begin from, if there is one
   */
  protected abstract TrainingTask task(
      TrainableLanguage learner, Optional<ModuleManifest.Language> old, String fingerprint);

  /** The run's scores, as the manifest states them. */
  protected abstract Map<String, Double> metrics(LoopResult result);

  /** What the lineage says beyond {@link StageSettings#lineage}. */
  protected abstract Map<String, String> lineage();

  /** The files learnt from. */
  protected abstract List<DataFile> files();

  /** All settings of the stage, as text. */
  protected abstract String settingsText();

  /** Held-out sentences, from which self-tests are made. */
  protected abstract List<String> heldOut();

  /** A sentence's tokens; empty if it is refused. */
  protected final Optional<TokenSequence> tokens(String text) {
    return TrainingSite.tokens(route, text, language);
  }

  /**
   * Trains and writes.
   *
   * @param out the new module's directory
   */
  public final FittedModule train(Path out) throws IOException {
    Optional<ModuleFiles> files = site.open(from);
    try {
      return train(files.map(open -> ModuleDraft.of(open, site.backbone().config())), out);
    } finally {
      files.ifPresent(ModuleFiles::close);
    }
  }

  private FittedModule train(Optional<ModuleDraft> before, Path out) throws IOException {
    Optional<ModuleManifest.Language> old =
        before.map(draft -> (ModuleManifest.Language) draft.manifest());
    Map<String, TensorEntry> given =
        new LinkedHashMap<>(before.map(ModuleDraft::tensors).orElse(Map.of()));
    given.keySet().removeIf(tensor -> !keeps(tensor));
    given.putAll(lent());
    ModuleDraft draft =
        ModuleDraft.fresh(
            manifest(old, site.common(settings, Map.of(), Map.of(), List.of())),
            site.backbone().config(),
            given,
            settings.loop().seed());
    LoopResult result;
    try (TrainingEncoder trainer = site.openForTraining();
        TrainableLanguage learner = learner(trainer, draft)) {
      result =
          site.run(
              task(learner, old, fingerprint()),
              settings,
              out,
              "language/" + language + ", " + name());
    }
    Map<String, String> lineage = settings.lineage(result);
    lineage.putAll(lineage());
    begun.ifPresent(module -> lineage.put("from", module.digest().hex()));
    lineage.putAll(DataFile.lineage(files()));
    Map<String, Double> metrics = metrics(result);
    return new ModuleWriter(site.backbone(), site.encoder())
        .write(
            tests -> manifest(old, site.common(settings, lineage, metrics, tests)),
            TrainingSite.learnt(draft, result),
            from.map(folder -> folder.resolve("tokenizer.json")).filter(Files::isRegularFile),
            out,
            heldOut(),
            View.MONOLINGUAL,
            ModuleWriter.Trial.ofLanguage(language),
            settings.storage());
  }

  /** Everything that decides what is learnt and what it is measured on. */
  private String fingerprint() {
    return "%s/%s %s from:%s %s data:%s"
        .formatted(
            name(),
            language,
            site.fingerprint(),
            begun.map(module -> module.digest().abbreviated()).orElse("none"),
            settingsText(),
            DataFile.contents(files()));
  }
}
