package org.isogloss.trainer.adapt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.loop.LoopResult;
import org.isogloss.trainer.loop.TrainingTask;
import org.isogloss.trainer.stage.LanguageStage;
import org.isogloss.trainer.stage.TrainingSite;

/** Trains the language adaptation of language modules. For one thread. */
public final class LanguageAdaptationTrainer {
  private static final int FEWEST_SENTENCES = 50;

  private final TrainingSite site;

  public LanguageAdaptationTrainer(TrainingSite site) {
    this.site = site;
  }

  /**
   * Trains a module.
   *
   * @param from directory of the language module to begin from, whose tokenizer and table are kept;
   *     a sentence encoding and post-processing are of the space before this training, so they are
   *     not; empty: the bare backbone
   * @param out its directory, which must not exist; checkpoints and curve lie beside it, in a
   *     folder of the same name with {@code .training}, from which a run that was killed goes on
   * @throws IsoglossException TOO_LITTLE_DATA, BAD_MODULE, TRAINING_DIVERGED, BAD_CHECKPOINT,
   *     OUTPUT_FAILED
   */
  public FittedModule train(
      String language,
      MonolingualCorpus corpus,
      Optional<Path> from,
      AdaptationSettings settings,
      Path out) {
    return site.make(
        out, route -> new Run(site, route, language, corpus, from, settings).train(out));
  }

  private static final class Run extends LanguageStage {
    private final Backbone backbone;
    private final String language;
    private final MonolingualCorpus corpus;
    private final Optional<Path> from;
    private final AdaptationSettings settings;
    private final Set<String> heldOut;
    private final List<TokenSequence> scored;
    private final List<TokenSequence> learnt;

    Run(
        TrainingSite site,
        TorchEncoder route,
        String language,
        MonolingualCorpus corpus,
        Optional<Path> from,
        AdaptationSettings settings)
        throws IOException {
      super(site, route, language, from, settings.stage());
      this.backbone = site.backbone();
      this.language = language;
      this.corpus = corpus;
      this.from = from;
      this.settings = settings;
      List<String> byDigest =
          corpus.sentences().stream().sorted(Comparator.comparing(Run::digest)).toList();
      int held = Math.min(settings.stage().heldOut(), byDigest.size() / 10);
      this.heldOut = new LinkedHashSet<>(byDigest.subList(0, held));
      this.scored = sentences(heldOut);
      this.learnt =
          sentences(corpus.sentences().stream().filter(text -> !heldOut.contains(text)).toList());
      if (learnt.size() < FEWEST_SENTENCES || scored.size() < FEWEST_SENTENCES / 10) {
        throw new IsoglossException(
            ErrorCode.TOO_LITTLE_DATA,
            "%d sentences and %d held-out ones are left to train %s on"
                .formatted(learnt.size(), scored.size(), language));
      }
    }

    private List<TokenSequence> sentences(Collection<String> texts) {
      return texts.stream().flatMap(text -> tokens(text).stream()).toList();
    }

    private static String digest(String text) {
      return Digest.of(text.getBytes(UTF_8)).hex();
    }

    private static boolean learns(String tensor) {
      return tensor.startsWith(ModuleTensors.LANGUAGE_ADAPTATION + ".")
          || tensor.equals(ModuleTensors.TABLE);
    }

    @Override
    protected String name() {
      return "language adaptation";
    }

    @Override
    protected boolean keeps(String tensor) {
      return tensor.equals(ModuleTensors.TABLE);
    }

    @Override
    protected ModuleManifest.Language manifest(
        Optional<ModuleManifest.Language> old, ModuleManifest.Common common) {
      return new ModuleManifest.Language(
          language,
          common,
          old.flatMap(ModuleManifest.Language::pieces),
          old.flatMap(ModuleManifest.Language::transliteration),
          Optional.of(settings.lora()),
          Optional.empty(),
          PostProcessing.NONE);
    }

    @Override
    protected TrainableLanguage learner(TrainingEncoder trainer, ModuleDraft draft) {
      return trainer.predicting(draft, Run::learns, settings.stage().optimiser());
    }

    @Override
    protected TrainingTask task(
        TrainableLanguage learner, Optional<ModuleManifest.Language> old, String fingerprint) {
      return new AdaptationTask(
          learner,
          masking(old.flatMap(ModuleManifest.Language::pieces)),
          settings.stage().loop().seed(),
          learnt,
          scored,
          fingerprint);
    }

    /**
     * Masking in the pieces that serve.
     *
     * @param own of the module's own table; empty: the backbone's serve
     */
    private Masking masking(Optional<Integer> own) {
      return new Masking(
          MaskPiece.id(own.isPresent() ? from.orElseThrow() : backbone.directory()),
          own.orElse(backbone.config().vocabularySize()));
    }

    @Override
    protected Map<String, Double> metrics(LoopResult result) {
      return Map.of(
          "dev_loss_before", -result.firstScore(),
          "dev_loss_after", -result.bestScore());
    }

    @Override
    protected Map<String, String> lineage() {
      return Map.of(
          "method", "masked_language_model",
          "sentences", Integer.toString(learnt.size()),
          "held_out", Integer.toString(scored.size()));
    }

    @Override
    protected List<DataFile> files() {
      return corpus.files();
    }

    @Override
    protected String settingsText() {
      return settings.toString();
    }

    @Override
    protected List<String> heldOut() {
      return List.copyOf(heldOut);
    }
  }
}
