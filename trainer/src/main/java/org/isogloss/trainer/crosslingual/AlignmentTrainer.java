package org.isogloss.trainer.crosslingual;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.isogloss.encoder.backbone.DirectoryTree;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.engine.TrainableLanguage;
import org.isogloss.encoder.engine.TrainingEncoder;
import org.isogloss.encoder.module.ModuleDraft;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModulePack;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.module.WeightStorage;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.align.LinearMap;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.KnownMatches;
import org.isogloss.trainer.data.NewFolder;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.fit.FitListener;
import org.isogloss.trainer.fit.FittedModule;
import org.isogloss.trainer.fit.ModuleFolders;
import org.isogloss.trainer.fit.ModuleWriter;
import org.isogloss.trainer.fit.PooledSentences;
import org.isogloss.trainer.fit.VectorCache;
import org.isogloss.trainer.loop.LoopResult;
import org.isogloss.trainer.loop.Mixture;
import org.isogloss.trainer.stage.TrainingSite;

/** Trains alignment modules. For one thread. */
public final class AlignmentTrainer {
  /** So many pairs determine the affine start. */
  private static final int AFFINE_PAIRS = 5_000;

  private static final int FEWEST_PAIRS = 50;

  private final TrainingSite site;
  private final FitListener encoding;
  private final Optional<Path> vectorCache;

  /**
   * @param vectorCache where the vectors of sentences are kept for other runs; empty: nowhere
   */
  public AlignmentTrainer(TrainingSite site, FitListener encoding, Optional<Path> vectorCache) {
    this.site = site;
    this.encoding = encoding;
    this.vectorCache = vectorCache;
  }

  /**
   * What is trained on.
   *
   * @param translations may be none with the strategy paraphrase
   * @param paraphrase sentences of the language with paraphrases in English; likewise
   * @param development pairs that score the run; empty: some of the others are held out
   * @param languageModule directory of the language's module; empty: the bare backbone
   * @param pivotModule directory of English's module; empty: the bare backbone
   * @param related directory of a related language's alignment, whose adapter (and affine map, if
   *     it has one) this one begins as; empty: a fresh adapter behind what the settings say
   * @param tableOut where the language module goes whose table learnt along, a directory that must
   *     not exist; empty: the language module stays as it is, as in the paper
   */
  public record Data(
      String language,
      Sources translations,
      ParallelCorpus paraphrase,
      Optional<ParallelCorpus> development,
      Optional<Path> languageModule,
      Optional<Path> pivotModule,
      Optional<Path> related,
      Optional<Path> tableOut) {
    /**
     * @throws IllegalArgumentException if a table shall learn and there is no language module
     */
    public Data {
      if (tableOut.isPresent() && languageModule.isEmpty()) {
        throw new IllegalArgumentException("no language module whose table could learn");
      }
    }

    ParallelCorpus parallel() {
      return translations.all();
    }
  }

  /**
   * Trains a module, and the language module whose table learns along, if one does: that appears
   * first, and a run that was killed before the alignment appeared makes both anew.
   *
   * @param out its directory, which must not exist; checkpoints and curve lie beside it, in a
   *     folder of the same name with {@code .training}, from which a run that was killed goes on
   * @throws IsoglossException TOO_LITTLE_DATA, BAD_MODULE, TRAINING_DIVERGED, BAD_CHECKPOINT,
   *     OUTPUT_FAILED
   */
  public FittedModule train(Data data, AlignmentSettings settings, Path out) {
    data.tableOut()
        .ifPresent(
            table -> {
              removeHalf(table, out);
              NewFolder.requireAbsent(table);
            });
    return site.make(out, route -> new Run(data, settings, route).go(out));
  }

  /** Says, from before the language module appears until the alignment has, whose it is. */
  private static Path halfMarker(Path out) {
    return TrainingSite.beside(out).resolve("table-out");
  }

  /** A language module that a killed run left without its alignment. */
  private static void removeHalf(Path table, Path out) {
    try {
      Path marker = halfMarker(out);
      if (Files.exists(marker)
          && !Files.exists(out)
          && Files.readString(marker).equals(table.toAbsolutePath().toString())) {
        DirectoryTree.deleteIfPresent(table);
      }
    } catch (IOException e) {
      throw new IsoglossException(
          ErrorCode.OUTPUT_FAILED, table + " cannot be removed: " + e.getMessage(), e);
    }
  }

  /** The pairs that score a run, and on which it does not train. */
  public static List<SentencePair> heldOut(Data data, AlignmentSettings settings) {
    int most = settings.stage().heldOut();
    if (data.development().isPresent()) {
      return HeldOutPairs.of(data.development().get().pairs(), Integer.MAX_VALUE, most).heldOut();
    }
    List<SentencePair> from =
        settings.strategy() != Strategy.PARAPHRASE || !data.parallel().pairs().isEmpty()
            ? data.translations().general()
            : data.paraphrase().pairs();
    return HeldOutPairs.of(from, from.size() / 10, most).heldOut();
  }

  private final class Run {
    private final Data data;
    private final AlignmentSettings settings;
    private final TorchEncoder route;
    private final ModuleFolders folders = new ModuleFolders();
    private final Optional<ModuleReference> languageModule;
    private final Optional<ModuleReference> pivotModule;

    Run(Data data, AlignmentSettings settings, TorchEncoder route) throws IOException {
      this.data = data;
      this.settings = settings;
      this.route = route;
      this.languageModule = folders.addLanguageModule(data.languageModule(), data.language());
      if (data.tableOut().isPresent()) {
        requireTable(ModuleFiles.readManifest(data.languageModule().orElseThrow()));
      }
      this.pivotModule = folders.addLanguageModule(data.pivotModule(), ModuleManifest.PIVOT);
      ModuleWriter.serve(
          route,
          List.of(
              new ModuleSelection(data.language(), languageModule, Optional.empty()),
              new ModuleSelection(ModuleManifest.PIVOT, pivotModule, Optional.empty())),
          folders);
    }

    FittedModule go(Path out) throws IOException {
      boolean translations = settings.strategy() != Strategy.PARAPHRASE;
      boolean paraphrases = settings.strategy() != Strategy.PARALLEL;
      List<SentencePair> heldOut = heldOut(data, settings);
      List<SentencePair> parallel =
          translations ? HeldOutPairs.without(data.parallel().pairs(), heldOut) : List.of();
      List<SentencePair> paraphrase =
          paraphrases ? HeldOutPairs.without(data.paraphrase().pairs(), heldOut) : List.of();
      Map<String, TokenSequence> tokens =
          tokens(Stream.of(parallel, paraphrase, heldOut).flatMap(List::stream).toList());
      Map<String, float[]> pivots =
          vectors(
              Stream.of(parallel, paraphrase, heldOut)
                  .flatMap(List::stream)
                  .map(SentencePair::pivot)
                  .toList(),
              ModuleManifest.PIVOT,
              pivotModule);
      List<SentencePair> usedParallel = used(parallel, tokens, pivots);
      List<SentencePair> usedParaphrase = used(paraphrase, tokens, pivots);
      List<SentencePair> usedHeldOut = used(heldOut, tokens, pivots);
      if (usedParallel.size() + usedParaphrase.size() < FEWEST_PAIRS
          || (translations && usedParallel.isEmpty())
          || (paraphrases && usedParaphrase.isEmpty())
          || usedHeldOut.size() < FEWEST_PAIRS / 10) {
        throw new IsoglossException(
            ErrorCode.TOO_LITTLE_DATA,
            "%d translations, %d paraphrases and %d held-out pairs are left to train %s on"
                .formatted(
                    usedParallel.size(),
                    usedParaphrase.size(),
                    usedHeldOut.size(),
                    data.language()));
      }
      Map<String, TensorEntry> begin =
          data.related().isPresent()
              ? related(data.related().get())
              : affine(usedParallel.isEmpty() ? usedParaphrase : usedParallel, pivots)
                  .map(ModuleWriter::affine)
                  .orElse(Map.of());
      boolean affine = begin.containsKey(ModuleTensors.AFFINE_MATRIX);
      SequencedMap<String, Integer> places = new LinkedHashMap<>();
      List<float[]> vectors = new ArrayList<>();
      Stream.concat(usedParallel.stream(), usedParaphrase.stream())
          .map(SentencePair::pivot)
          .forEach(
              text -> {
                if (places.putIfAbsent(text, vectors.size()) == null) {
                  vectors.add(pivots.get(text));
                }
              });
      ModuleDraft draft =
          ModuleDraft.fresh(
              manifest(
                  affine,
                  languageModule.map(ModuleReference::digest),
                  Map.of(),
                  Map.of(),
                  List.of()),
              site.backbone().config(),
              begin,
              settings.stage().loop().seed());
      try (TrainingEncoder trainer = site.openForTraining()) {
        Optional<ModuleFiles> files = site.open(data.languageModule());
        TrainableLanguage learner;
        try {
          learner =
              trainer.language(
                  files.map(open -> ModuleDraft.of(open, site.backbone().config())),
                  Optional.of(draft),
                  this::learns,
                  settings.stage().optimiser());
        } finally {
          files.ifPresent(ModuleFiles::close);
        }
        try (learner) {
          boolean first = !usedParallel.isEmpty();
          KnownMatches known =
              KnownMatches.ofTranslations(
                  Stream.concat(usedParallel.stream(), usedParaphrase.stream()).toList());
          Function<List<SentencePair>, AlignmentTask.Examples> examples =
              pairs -> AlignmentTask.Examples.of(pairs, tokens, places, known);
          AlignmentTask task =
              new AlignmentTask(
                  learner,
                  trainer.bank(vectors.toArray(float[][]::new)),
                  settings,
                  examples.apply(first ? usedParallel : usedParaphrase),
                  first ? settings.parallelLoss() : settings.paraphraseLoss(),
                  first ? data.translations().mixture(usedParallel, settings) : Mixture.NONE,
                  first && !usedParaphrase.isEmpty()
                      ? Optional.of(examples.apply(usedParaphrase))
                      : Optional.empty(),
                  usedHeldOut.stream().map(pair -> tokens.get(pair.source())).toList(),
                  usedHeldOut.stream()
                      .map(pair -> pivots.get(pair.pivot()))
                      .toArray(float[][]::new),
                  fingerprint());
          LoopResult result = site.run(task, settings.stage(), out, "alignment/" + data.language());
          Map<String, TensorEntry> tensors = TrainingSite.learnt(draft, result);
          Map<String, String> lineage =
              lineage(result, usedParallel.size(), usedParaphrase.size(), usedHeldOut.size());
          List<String> sentences =
              usedHeldOut.stream().map(SentencePair::source).distinct().toList();
          if (data.tableOut().isPresent()) {
            Files.writeString(halfMarker(out), data.tableOut().get().toAbsolutePath().toString());
          }
          Optional<Path> table = writeTable(result, lineage, sentences);
          FittedModule made = write(out, tensors, affine, lineage, result, sentences, table);
          Files.deleteIfExists(halfMarker(out));
          return made;
        }
      }
    }

    private void requireTable(ModuleManifest manifest) {
      if (!(manifest instanceof ModuleManifest.Language language) || language.pieces().isEmpty()) {
        throw new IsoglossException(
            ErrorCode.BAD_MODULE,
            "%s has no table of its own that could learn"
                .formatted(data.languageModule().orElseThrow()));
      }
    }

    /**
     * The adapter of another language's alignment, cut to our bottleneck, and its affine map if it
     * has one.
     *
     * @throws IsoglossException BAD_MODULE if its adapter is smaller, or of another scale
     */
    private Map<String, TensorEntry> related(Path directory) {
      Map<String, TensorEntry> tensors = new LinkedHashMap<>();
      try (ModuleFiles opened = site.open(Optional.of(directory)).orElseThrow()) {
        if (!(opened.manifest() instanceof ModuleManifest.Alignment other)
            || other
                .adapter()
                .filter(
                    theirs ->
                        theirs.bottleneck() >= settings.adapter().bottleneck()
                            && theirs.scale() == settings.adapter().scale())
                .isEmpty()) {
          throw new IsoglossException(
              ErrorCode.BAD_MODULE,
              "%s has no adapter of bottleneck %d or more and scale %s to begin as"
                  .formatted(
                      directory, settings.adapter().bottleneck(), settings.adapter().scale()));
        }
        ModuleDraft.of(opened, site.backbone().config())
            .tensors()
            .forEach(
                (name, tensor) ->
                    tensors.put(name, TensorEntry.of(name, tensor.shape(), tensor.toFloats())));
      }
      return StrongestUnits.of(tensors, settings.adapter().bottleneck());
    }

    /** Identifies the alignment that this one begins as. */
    private String start() {
      return data.related()
          .map(directory -> "related:" + digest(directory).hex())
          .orElse(settings.start().name().toLowerCase(Locale.ROOT));
    }

    private static Digest digest(Path module) {
      try {
        return Digest.of(Files.readAllBytes(module.resolve("module.safetensors")));
      } catch (IOException e) {
        throw new IsoglossException(
            ErrorCode.BAD_MODULE, module + " cannot be read: " + e.getMessage(), e);
      }
    }

    private boolean learns(String name) {
      return name.startsWith("adapter.")
          || (settings.affineLearns() && name.startsWith("affine."))
          || (data.tableOut().isPresent() && name.equals(ModuleTensors.TABLE));
    }

    /** The language module with the table that learnt along. */
    private Optional<Path> writeTable(
        LoopResult result, Map<String, String> lineage, List<String> sentences) throws IOException {
      if (data.tableOut().isEmpty()) {
        return Optional.empty();
      }
      Path from = data.languageModule().orElseThrow();
      try (ModuleFiles before = site.open(data.languageModule()).orElseThrow()) {
        ModuleManifest old = before.manifest();
        ModuleDraft draft = ModuleDraft.of(before, site.backbone().config());
        Map<String, String> own = new TreeMap<>(lineage);
        own.put("method", "table_at_alignment");
        own.put("from", languageModule.orElseThrow().digest().hex());
        new ModuleWriter(site.backbone(), site.encoder())
            .write(
                tests -> old.with(site.common(settings.stage(), own, metrics(result), tests)),
                TrainingSite.learnt(draft, result),
                Optional.of(from.resolve("tokenizer.json")),
                data.tableOut().get(),
                sentences,
                View.MONOLINGUAL,
                ModuleWriter.Trial.ofLanguage(data.language()),
                storageOfTable());
      }
      return data.tableOut();
    }

    /**
     * The alignment has learnt beside the module's LoRA as it is: that is not rounded to 8 bits.
     */
    private WeightStorage storageOfTable() {
      return switch (settings.stage().storage()) {
        case AS_GIVEN -> WeightStorage.AS_GIVEN;
        case HALF, EIGHT_BIT -> WeightStorage.HALF;
      };
    }

    private static Map<String, Double> metrics(LoopResult result) {
      return new TreeMap<>(
          Map.of(
              "dev_error_before", 100 - result.firstScore(),
              "dev_error_after", 100 - result.bestScore()));
    }

    /**
     * @param table the language module whose table learnt along; empty: the data's serves
     */
    private FittedModule write(
        Path out,
        Map<String, TensorEntry> tensors,
        boolean affine,
        Map<String, String> lineage,
        LoopResult result,
        List<String> sentences,
        Optional<Path> table)
        throws IOException {
      Optional<Digest> madeFor =
          table.isPresent()
              ? Optional.of(ModulePack.digest(table.get()))
              : languageModule.map(ModuleReference::digest);
      return new ModuleWriter(site.backbone(), site.encoder())
          .write(
              tests -> manifest(affine, madeFor, lineage, metrics(result), tests),
              tensors,
              Optional.empty(),
              out,
              sentences,
              View.CROSS_LINGUAL,
              ModuleWriter.Trial.ofAlignment(
                  data.language(), table.or(data::languageModule), data.pivotModule()),
              settings.stage().storage());
    }

    private ModuleManifest.Alignment manifest(
        boolean affine,
        Optional<Digest> madeFor,
        Map<String, String> lineage,
        Map<String, Double> metrics,
        List<SelfTest> tests) {
      return new ModuleManifest.Alignment(
          data.language(),
          site.common(settings.stage(), lineage, metrics, tests),
          madeFor,
          pivotModule.map(ModuleReference::digest),
          Optional.of(settings.adapter()),
          affine);
    }

    private Map<String, TokenSequence> tokens(Collection<SentencePair> pairs) {
      Map<String, TokenSequence> tokens = new HashMap<>();
      Set<String> texts = new LinkedHashSet<>();
      pairs.forEach(pair -> texts.add(pair.source()));
      for (String text : texts) {
        TrainingSite.tokens(route, text, data.language())
            .ifPresent(found -> tokens.put(text, found));
      }
      return tokens;
    }

    private static List<SentencePair> used(
        List<SentencePair> pairs, Map<String, TokenSequence> tokens, Map<String, float[]> pivots) {
      return pairs.stream()
          .filter(pair -> tokens.containsKey(pair.source()) && pivots.containsKey(pair.pivot()))
          .toList();
    }

    /** Fitted on the first pairs by the order of their digests, as chance as any other choice. */
    private Optional<LinearMap> affine(List<SentencePair> pairs, Map<String, float[]> pivots) {
      if (settings.start() == AffineStart.ZERO) {
        return Optional.empty();
      }
      List<SentencePair> some = HeldOutPairs.byDigest(pairs).limit(AFFINE_PAIRS).toList();
      Map<String, float[]> sources =
          vectors(
              some.stream().map(SentencePair::source).toList(), data.language(), languageModule);
      List<SentencePair> known =
          some.stream().filter(pair -> sources.containsKey(pair.source())).toList();
      return settings
          .start()
          .fit(
              known.stream().map(pair -> sources.get(pair.source())).toArray(float[][]::new),
              known.stream().map(pair -> pivots.get(pair.pivot())).toArray(float[][]::new));
    }

    /** Vectors before they are brought to unit length, through a language's module alone. */
    private Map<String, float[]> vectors(
        List<String> texts, String language, Optional<ModuleReference> module) {
      PooledSentences encoder = new PooledSentences(route, site.options().threads(), encoding);
      return vectorCache
          .map(
              directory ->
                  new VectorCache(directory, encodes(language, module))
                      .of(texts, missing -> encoder.of(missing, language)))
          .orElseGet(() -> encoder.of(texts, language));
    }

    /** Identifies all that decides a sentence's vector. */
    private Digest encodes(String language, Optional<ModuleReference> module) {
      return Digest.of(
          "%s %s %s %s language:%s module:%s"
              .formatted(
                  site.fingerprint(),
                  site.options().pooling(),
                  site.options().device(),
                  site.options().precision(),
                  language,
                  module.map(m -> m.digest().hex()).orElse("none")));
    }

    /** Everything that decides what is learnt and what it is measured on. */
    private String fingerprint() {
      return "alignment/%s %s language:%s pivot:%s start:%s %s parallel:%s, %d no interface; paraphrase:%s dev:%s%s"
          .formatted(
              data.language(),
              site.fingerprint(),
              languageModule.map(m -> m.digest().abbreviated()).orElse("none"),
              pivotModule.map(m -> m.digest().abbreviated()).orElse("none"),
              start(),
              settings,
              DataFile.contents(data.parallel().files()),
              data.translations().interfaceFrom(),
              DataFile.contents(data.paraphrase().files()),
              DataFile.contents(data.development().map(ParallelCorpus::files).orElse(List.of())),
              data.tableOut().isPresent() ? " table learns" : "");
    }

    private Map<String, String> lineage(
        LoopResult result, int parallel, int paraphrase, int heldOut) {
      Map<String, String> lineage = settings.stage().lineage(result);
      lineage.put("method", "parallel_adapter");
      lineage.put("strategy", settings.strategy().name().toLowerCase(Locale.ROOT));
      lineage.put("parallel_loss", settings.parallelLoss().label());
      lineage.put("paraphrase_loss", settings.paraphraseLoss().label());
      lineage.put("temperature", Double.toString(settings.temperature()));
      lineage.put("same_from", Double.toString(settings.sameFrom()));
      lineage.put("start", start());
      lineage.put("hard_negatives", Integer.toString(settings.hardNegatives()));
      lineage.put("dropout", Double.toString(settings.dropout()));
      lineage.put("source_weights", settings.rootWeights() ? "root" : "size");
      lineage.put("interface_share", Double.toString(settings.interfaceShare()));
      lineage.put("table_learns", Boolean.toString(data.tableOut().isPresent()));
      lineage.put("affine_learns", Boolean.toString(settings.affineLearns()));
      lineage.put("learning_rate", Double.toString(settings.stage().loop().schedule().peak()));
      lineage.put("pairs", Integer.toString(parallel));
      lineage.put("paraphrases", Integer.toString(paraphrase));
      lineage.put("held_out", Integer.toString(heldOut));
      lineage.putAll(
          DataFile.lineage(
              Stream.of(data.parallel(), data.paraphrase())
                  .flatMap(corpus -> corpus.files().stream())
                  .toList()));
      return lineage;
    }
  }
}
