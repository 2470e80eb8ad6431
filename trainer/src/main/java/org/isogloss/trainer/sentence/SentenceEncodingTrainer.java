package org.isogloss.trainer.sentence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.module.LoraShape;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.KnownMatches;
import org.isogloss.trainer.data.ParaphraseCorpus;
import org.isogloss.trainer.fit.Beginning;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.fit.LentSentenceEncoding;
import org.isogloss.trainer.loop.LoopResult;
import org.isogloss.trainer.loop.TrainingTask;
import org.isogloss.trainer.stage.LanguageStage;
import org.isogloss.trainer.stage.TrainingSite;

/** Trains the sentence encoding of language modules. For one thread. */
public final class SentenceEncodingTrainer {
  private static final int FEWEST_PAIRS = 50;

  private final TrainingSite site;

  public SentenceEncodingTrainer(TrainingSite site) {
    this.site = site;
  }

  /**
   * Trains a module.
   *
   * @param data paraphrases, or plain text
   * @param from of the module all parts are kept, a sentence encoding it may have excepted; what
   *     learns begins with the sentence encoding that is lent, or anew
   * @param out its directory, which must not exist; checkpoints and curve lie beside it, in a
   *     folder of the same name with {@code .training}, from which a run that was killed goes on
   * @throws IsoglossException TOO_LITTLE_DATA, BAD_MODULE, BAD_OPTION, NO_SOLUTION,
   *     TRAINING_DIVERGED, BAD_CHECKPOINT, OUTPUT_FAILED
   */
  public FittedModule train(
      String language,
      SentenceEncodingData data,
      Beginning from,
      SentenceEncodingSettings settings,
      Path out) {
    if (from.transliteration().isPresent()) {
      throw new IllegalArgumentException("rules come with the module to begin from");
    }
    return site.make(
        out,
        route -> {
          Optional<LentSentenceEncoding> lent =
              from.sentenceEncodingOf()
                  .map(lender -> LentSentenceEncoding.open(lender, site.backbone(), route));
          try {
            return new Run(site, route, language, data, from.module(), lent, settings).train(out);
          } finally {
            lent.ifPresent(LentSentenceEncoding::close);
          }
        });
  }

  private static final class Run extends LanguageStage {
    private final String language;
    private final SentenceEncodingData data;
    private final Optional<LentSentenceEncoding> lent;
    private final SentenceEncodingSettings settings;
    private final List<ParaphraseCorpus.Paraphrase> heldOut;
    private final List<SentenceEncodingTask.Pair> scored;
    private final List<SentenceEncodingTask.Pair> learnt;

    Run(
        TrainingSite site,
        TorchEncoder route,
        String language,
        SentenceEncodingData data,
        Optional<Path> from,
        Optional<LentSentenceEncoding> lent,
        SentenceEncodingSettings settings)
        throws IOException {
      super(site, route, language, from, settings.stage());
      this.lent = lent;
      this.language = language;
      this.data = data;
      this.settings = settings;
      this.heldOut = data.heldOut(settings.stage().heldOut());
      this.scored = pairs(heldOut);
      this.learnt = pairs(data.learnt(heldOut));
      if (learnt.size() < FEWEST_PAIRS || scored.size() < FEWEST_PAIRS / 10) {
        throw new IsoglossException(
            ErrorCode.TOO_LITTLE_DATA,
            "%d pairs and %d held-out ones are left to train %s on"
                .formatted(learnt.size(), scored.size(), language));
      }
    }

    private LoraShape lora() {
      return lent.map(LentSentenceEncoding::shape).orElse(settings.lora());
    }

    private List<SentenceEncodingTask.Pair> pairs(List<ParaphraseCorpus.Paraphrase> pairs) {
      List<SentenceEncodingTask.Pair> tokenised = new ArrayList<>();
      for (ParaphraseCorpus.Paraphrase pair : pairs) {
        Optional<TokenSequence> first = tokens(pair.first());
        Optional<TokenSequence> second =
            pair.second().equals(pair.first()) ? first : tokens(pair.second());
        if (first.isPresent() && second.isPresent()) {
          tokenised.add(
              new SentenceEncodingTask.Pair(
                  new SentenceEncodingTask.Sentence(first.get(), KnownMatches.key(pair.first())),
                  new SentenceEncodingTask.Sentence(
                      second.get(), KnownMatches.key(pair.second()))));
        }
      }
      return tokenised;
    }

    @Override
    protected String name() {
      return "sentence encoding";
    }

    @Override
    protected boolean keeps(String tensor) {
      return !ModuleTensors.isSentenceEncoding(tensor);
    }

    @Override
    protected Map<String, TensorEntry> lent() {
      return lent.map(LentSentenceEncoding::tensors).orElse(Map.of());
    }

    @Override
    protected ModuleManifest.Language manifest(
        Optional<ModuleManifest.Language> old, ModuleManifest.Common common) {
      return new ModuleManifest.Language(
          language,
          common,
          old.flatMap(ModuleManifest.Language::pieces),
          old.flatMap(ModuleManifest.Language::transliteration),
          old.flatMap(ModuleManifest.Language::languageAdaptation),
          Optional.of(lora()),
          old.map(ModuleManifest.Language::postProcessing).orElse(PostProcessing.NONE));
    }

    @Override
    protected TrainableLanguage learner(TrainingEncoder trainer, ModuleDraft draft) {
      return trainer.language(
          Optional.of(draft),
          Optional.empty(),
          ModuleTensors::isSentenceEncoding,
          settings.stage().optimiser());
    }

    @Override
    protected TrainingTask task(
        TrainableLanguage learner, Optional<ModuleManifest.Language> old, String fingerprint) {
      return new SentenceEncodingTask(
          learner,
          settings.scale(),
          learnt,
          scored,
          KnownMatches.ofParaphrases(data.known()),
          data.isNoisy() ? settings.stateDropout() : 0,
          settings.stage().loop().seed(),
          fingerprint);
    }

    @Override
    protected Map<String, Double> metrics(LoopResult result) {
      return Map.of(
          "dev_error_before", 100 - result.firstScore(),
          "dev_error_after", 100 - result.bestScore());
    }

    @Override
    protected Map<String, String> lineage() {
      Map<String, String> lineage = new TreeMap<>();
      lineage.put("method", data.method());
      lineage.put("scale", Double.toString(settings.scale()));
      if (data.isNoisy()) {
        lineage.put("state_dropout", Double.toString(settings.stateDropout()));
      }
      lineage.put(data.isNoisy() ? "sentences" : "paraphrases", Integer.toString(learnt.size()));
      lineage.put("held_out", Integer.toString(scored.size()));
      lent.ifPresent(encoding -> lineage.putAll(encoding.lineage()));
      return lineage;
    }

    @Override
    protected List<DataFile> files() {
      return data.files();
    }

    @Override
    protected String settingsText() {
      // Of paraphrases as it always was, so that runs under way go on.
      return "SentenceEncodingSettings[lora=%s, scale=%s, stage=%s]"
              .formatted(settings.lora(), settings.scale(), settings.stage())
          + (data.isNoisy() ? " state_dropout:" + settings.stateDropout() : "")
          + lent.map(encoding -> " lent:%s %s".formatted(encoding.digest().hex(), encoding.shape()))
              .orElse("");
    }

    @Override
    protected List<String> heldOut() {
      return heldOut.stream().map(ParaphraseCorpus.Paraphrase::first).toList();
    }
  }
}
