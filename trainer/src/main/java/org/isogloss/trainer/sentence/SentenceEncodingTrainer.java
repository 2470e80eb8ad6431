package org.isogloss.trainer.sentence;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.EncoderOptions;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.ParaphraseCorpus;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.fit.ModuleFolders;
import org.isogloss.trainer.fit.ModuleWriter;
import org.isogloss.trainer.loop.LoopListener;
import org.isogloss.trainer.loop.LoopResult;
import org.isogloss.trainer.loop.TrainingLoop;

/** Trains the sentence encoding of language modules. For one thread. */
public final class SentenceEncodingTrainer {
  private static final int FEWEST_PAIRS = 50;

  private final Backbone backbone;
  private final TorchEncoder encoder;
  private final EncoderOptions options;
  private final LongSupplier nanoClock;
  private final LoopListener training;

  /**
   * Backbone and encoder stay the caller's; what the encoder serves does not matter.
   *
   * @param options of the training: layers and pooling are the encoder's
   */
  public SentenceEncodingTrainer(
      Backbone backbone,
      TorchEncoder encoder,
      EncoderOptions options,
      LongSupplier nanoClock,
      LoopListener training) {
    this.backbone = backbone;
    this.encoder = encoder;
    this.options = options;
    this.nanoClock = nanoClock;
    this.training = training;
  }

  /**
   * Trains a module.
   *
   * @param from directory of the language module to begin from, whose parts are all kept, a
   *     sentence encoding it may have excepted; empty: the bare backbone
   * @param out its directory, which must not exist; checkpoints and curve lie beside it, in a
   *     folder of the same name with {@code .training}, from which a run that was killed goes on
   * @throws IsoglossException TOO_LITTLE_DATA, BAD_MODULE, TRAINING_DIVERGED, BAD_CHECKPOINT,
   *     OUTPUT_FAILED
   */
  public FittedModule train(
      String language,
      ParaphraseCorpus corpus,
      Optional<Path> from,
      SentenceEncodingSettings settings,
      Path out) {
    ModuleWriter.requireAbsent(out);
    try (TorchEncoder route = encoder.route()) {
      return new Run(language, corpus, from, settings, route).go(out);
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, "the module " + out + " cannot be made: " + e.getMessage(), e);
    }
  }

  private final class Run {
    private final String language;
    private final ParaphraseCorpus corpus;
    private final Optional<Path> from;
    private final SentenceEncodingSettings settings;
    private final TorchEncoder route;
    private final Optional<ModuleReference> begun;

    Run(
        String language,
        ParaphraseCorpus corpus,
        Optional<Path> from,
        SentenceEncodingSettings settings,
        TorchEncoder route)
        throws IOException {
      this.language = language;
      this.corpus = corpus;
      this.from = from;
      this.settings = settings;
      this.route = route;
      ModuleFolders folders = new ModuleFolders();
      this.begun = folders.addLanguageModule(from, language);
      ModuleWriter.serve(
          route, List.of(new ModuleSelection(language, begun, Optional.empty())), folders);
    }

    FittedModule go(Path out) throws IOException {
      List<ParaphraseCorpus.Paraphrase> all =
          corpus.pairs().stream().sorted(Comparator.comparing(Run::digest)).toList();
      Set<String> known = new HashSet<>();
      List<ParaphraseCorpus.Paraphrase> heldOut = new ArrayList<>();
      for (ParaphraseCorpus.Paraphrase pair : all) {
        if (heldOut.size() == Math.min(settings.heldOut(), all.size() / 10)) {
          break;
        }
        if (!known.contains(pair.first()) && !known.contains(pair.second())) {
          known.add(pair.first());
          known.add(pair.second());
          heldOut.add(pair);
        }
      }
      List<SentenceEncodingTask.Pair> scored = tokens(heldOut);
      List<SentenceEncodingTask.Pair> learnt =
          tokens(
              corpus.pairs().stream()
                  .filter(p -> !known.contains(p.first()) && !known.contains(p.second()))
                  .toList());
      if (learnt.size() < FEWEST_PAIRS || scored.size() < FEWEST_PAIRS / 10) {
        throw new IsoglossException(
            ErrorCode.TOO_LITTLE_DATA,
            "%d paraphrases and %d held-out ones are left to train %s on"
                .formatted(learnt.size(), scored.size(), language));
      }
      Optional<ModuleFiles> files =
          from.map(
              folder ->
                  ModuleFiles.open(folder, backbone.config(), backbone.digest(), options.layers()));
      try {
        Optional<ModuleDraft> before = files.map(open -> ModuleDraft.of(open, backbone.config()));
        return train(before, learnt, scored, heldOut, out);
      } finally {
        files.ifPresent(ModuleFiles::close);
      }
    }

    private FittedModule train(
        Optional<ModuleDraft> before,
        List<SentenceEncodingTask.Pair> learnt,
        List<SentenceEncodingTask.Pair> scored,
        List<ParaphraseCorpus.Paraphrase> heldOut,
        Path out)
        throws IOException {
      Map<String, TensorEntry> given =
          new LinkedHashMap<>(before.map(ModuleDraft::tensors).orElse(Map.of()));
      given.keySet().removeIf(Run::isSentenceEncoding);
      ModuleDraft draft =
          ModuleDraft.fresh(
              manifest(before, Map.of(), Map.of(), List.of()),
              backbone.config(),
              given,
              settings.loop().seed());
      LoopResult result;
      try (TrainingEncoder trainer =
              TrainingEncoder.open(backbone, options, TrainingEncoder.Arithmetic.SINGLE);
          TrainableLanguage learner =
              trainer.language(
                  Optional.of(draft),
                  Optional.empty(),
                  Run::isSentenceEncoding,
                  settings.optimiser())) {
        SentenceEncodingTask task =
            new SentenceEncodingTask(learner, settings.scale(), learnt, scored, fingerprint());
        result =
            new TrainingLoop(settings.loop(), nanoClock, training)
                .run(
                    task,
                    out.resolveSibling(out.getFileName() + ".training"),
                    "language/" + language + ", sentence encoding");
      }
      Map<String, TensorEntry> tensors = new LinkedHashMap<>(draft.tensors());
      tensors.putAll(result.best());
      if (settings.halfPrecision()) {
        tensors.replaceAll((name, tensor) -> tensor.toHalf());
      }
      Map<String, Double> metrics = new TreeMap<>();
      metrics.put("dev_error_before", 100 - result.firstScore());
      metrics.put("dev_error_after", 100 - result.bestScore());
      Map<String, String> lineage = lineage(result, learnt.size(), scored.size());
      return new ModuleWriter(backbone, encoder)
          .write(
              tests -> manifest(before, lineage, metrics, tests),
              tensors,
              from.map(folder -> folder.resolve("tokenizer.json")).filter(Files::isRegularFile),
              out,
              heldOut.stream().map(ParaphraseCorpus.Paraphrase::first).toList(),
              View.MONOLINGUAL,
              (folders, module) ->
                  List.of(new ModuleSelection(language, Optional.of(module), Optional.empty())));
    }

    private static boolean isSentenceEncoding(String tensor) {
      return tensor.startsWith(ModuleTensors.SENTENCE_ENCODING + ".");
    }

    private ModuleManifest.Language manifest(
        Optional<ModuleDraft> before,
        Map<String, String> lineage,
        Map<String, Double> metrics,
        List<SelfTest> tests) {
      Optional<ModuleManifest.Language> old =
          before.map(draft -> (ModuleManifest.Language) draft.manifest());
      return new ModuleManifest.Language(
          language,
          new ModuleManifest.Common(
              backbone.digest(),
              options.layers(),
              encoder.dimension(),
              lineage,
              metrics,
              settings.licence(),
              tests),
          old.flatMap(ModuleManifest.Language::pieces),
          old.flatMap(ModuleManifest.Language::languageAdaptation),
          Optional.of(settings.lora()),
          old.map(ModuleManifest.Language::postProcessing).orElse(PostProcessing.NONE));
    }

    private List<SentenceEncodingTask.Pair> tokens(List<ParaphraseCorpus.Paraphrase> pairs) {
      List<SentenceEncodingTask.Pair> tokenised = new ArrayList<>();
      for (ParaphraseCorpus.Paraphrase pair : pairs) {
        Optional<TokenSequence> first = tokens(pair.first());
        Optional<TokenSequence> second = tokens(pair.second());
        if (first.isPresent() && second.isPresent()) {
          tokenised.add(new SentenceEncodingTask.Pair(first.get(), second.get()));
        }
      }
      return tokenised;
    }

    private Optional<TokenSequence> tokens(String text) {
      return switch (route.prepare(new SentenceRequest(text, language, Set.of(View.MONOLINGUAL)))) {
        case TokenizedSentence sentence -> Optional.of(sentence.tokens());
        case Rejected rejected -> Optional.empty();
      };
    }

    private static String digest(ParaphraseCorpus.Paraphrase pair) {
      return Digest.of((pair.first() + "\t" + pair.second()).getBytes(UTF_8)).hex();
    }

    /** Everything that decides what is learnt and what it is measured on. */
    private String fingerprint() {
      return "sentence encoding/%s backbone:%s layers:%d tokens:%d from:%s %s data:%s"
          .formatted(
              language,
              backbone.digest().abbreviated(),
              options.layers(),
              options.maxTokens(),
              begun.map(module -> module.digest().abbreviated()).orElse("none"),
              settings,
              corpus.files().stream().map(file -> file.content().abbreviated()).toList());
    }

    private Map<String, String> lineage(LoopResult result, int pairs, int heldOut) {
      Map<String, String> lineage = new TreeMap<>();
      lineage.put("method", "multiple_negatives_ranking");
      lineage.put("scale", Double.toString(settings.scale()));
      lineage.put("schedule", settings.loop().schedule().toString());
      lineage.put("optimiser", settings.optimiser().toString());
      lineage.put("token_budget", Integer.toString(settings.loop().tokenBudget()));
      lineage.put("seed", Long.toString(settings.loop().seed()));
      lineage.put("steps", Long.toString(result.steps()));
      lineage.put("best_step", Long.toString(result.bestStep()));
      lineage.put("paraphrases", Integer.toString(pairs));
      lineage.put("held_out", Integer.toString(heldOut));
      begun.ifPresent(module -> lineage.put("from", module.digest().hex()));
      settings.dataLicence().ifPresent(licence -> lineage.put("data_licence", licence));
      lineage.putAll(DataFile.lineage(corpus.files()));
      return lineage;
    }
  }
}
