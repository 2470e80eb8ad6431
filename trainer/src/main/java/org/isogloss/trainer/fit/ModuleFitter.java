package org.isogloss.trainer.fit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.isogloss.encoder.backbone.Backbone;
import org.isogloss.encoder.backbone.DirectoryTree;
import org.isogloss.encoder.backbone.TensorEntry;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.module.ModuleFiles;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.encoder.module.ModuleTensors;
import org.isogloss.encoder.module.PostProcessing;
import org.isogloss.encoder.module.SelfTest;
import org.isogloss.encoder.space.Digest;
import org.isogloss.encoder.space.ModuleReference;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.BitextError;
import org.isogloss.trainer.align.LinearMap;
import org.isogloss.trainer.align.PostProcessingFit;
import org.isogloss.trainer.data.CodeVersion;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.NewFolder;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.SentencePair;

/**
 * Makes closed-form modules for one backbone. A module that is returned was served by the encoder
 * and passed its own self-tests. Vectors are kept: several methods over the same sentences and
 * modules encode them once. For one thread.
 */
public final class ModuleFitter {
  /** A tenth of the pairs, and no more than this, measures what the others taught. */
  private static final int MOST_HELD_OUT = 1_000;

  /** Fewer held-out pairs say nothing. */
  private static final int FEWEST_HELD_OUT = 10;

  private static final int MARGIN_NEIGHBOURS = 4;

  private final Backbone backbone;
  private final TorchEncoder encoder;
  private final int callers;
  private final FitListener listener;
  private final Map<EncodedThrough, Map<String, float[]>> vectors = new HashMap<>();

  /** What vectors of a text depend on. */
  private record EncodedThrough(String language, Optional<Digest> module) {}

  /**
   * Backbone and encoder stay the caller's; what the encoder serves does not matter.
   *
   * @param callers see {@link PooledSentences}
   */
  public ModuleFitter(Backbone backbone, TorchEncoder encoder, int callers, FitListener listener) {
    this.backbone = backbone;
    this.encoder = encoder;
    this.callers = callers;
    this.listener = listener;
  }

  /**
   * Fits the post-processing of a language module on plain text.
   *
   * @param from transliteration, tokenizer, table and LoRA are taken over; post-processing gives
   *     way
   * @param out its directory, which must not exist
   * @throws IsoglossException TOO_LITTLE_DATA, NO_SOLUTION, BAD_MODULE, BAD_OPTION, OUTPUT_FAILED
   */
  public FittedModule language(
      String language, MonolingualCorpus corpus, Beginning from, FitSettings settings, Path out) {
    NewFolder.requireAbsent(out);
    Optional<ModuleFiles> files = Optional.empty();
    Optional<LentSentenceEncoding> lent = Optional.empty();
    try {
      files = from.module().map(folder -> ModuleFolders.files(folder, backbone, encoder));
      lent =
          from.sentenceEncodingOf()
              .map(lender -> LentSentenceEncoding.open(lender, backbone, encoder));
      LanguageBase base =
          files.isPresent()
              ? LanguageBase.of(files.get(), from.module().orElseThrow(), backbone, language)
              : LanguageBase.BARE;
      LanguageBase spelt = from.transliteration().map(base::with).orElse(base);
      return language(language, corpus, lent.map(spelt::with).orElse(spelt), settings, out);
    } catch (IOException e) {
      throw failed(out, e);
    } finally {
      lent.ifPresent(LentSentenceEncoding::close);
      files.ifPresent(ModuleFiles::close);
    }
  }

  private FittedModule language(
      String language, MonolingualCorpus corpus, LanguageBase base, FitSettings settings, Path out)
      throws IOException {
    List<String> sample = sample(corpus.sentences(), settings);
    Path scratch = Files.createTempDirectory("isogloss-fit-");
    try (TorchEncoder route = encoder.route()) {
      Map<String, float[]> encoded =
          encoded(route, language, plain(route, language, base, settings, scratch), sample);
      List<String> used = sample.stream().filter(encoded::containsKey).toList();
      float[][] pooled = rows(used, encoded);
      PostProcessingFit fit = settings.method().postProcessing(pooled, settings.strength());
      Map<String, Double> metrics = new TreeMap<>();
      metrics.put("mean_cosine_before", meanCosine(pooled));
      metrics.put("mean_cosine_after", meanCosine(map(pooled, fit::apply)));
      Map<String, String> lineage = lineage(settings, corpus.files());
      lineage.put("sentences", Integer.toString(used.size()));
      lineage.putAll(base.lineage());
      Map<String, TensorEntry> tensors = new HashMap<>(base.tensors());
      tensors.put(ModuleTensors.MEAN, ModuleWriter.vector(ModuleTensors.MEAN, fit.mean()));
      fit.whitening()
          .ifPresent(
              p ->
                  tensors.put(
                      ModuleTensors.WHITENING, ModuleWriter.matrix(ModuleTensors.WHITENING, p)));
      PostProcessing kind =
          fit.whitening().isPresent() ? PostProcessing.WHITEN : PostProcessing.CENTRE;
      return new ModuleWriter(backbone, encoder)
          .write(
              tests -> base.manifest(language, common(settings, lineage, metrics, tests), kind),
              tensors,
              base.tokenizer(),
              out,
              used,
              View.MONOLINGUAL,
              ModuleWriter.Trial.ofLanguage(language),
              settings.storage());
    } finally {
      DirectoryTree.deleteIfPresent(scratch);
    }
  }

  /** Lets a route serve a base without post-processing; empty: it is the bare backbone. */
  private Optional<ModuleReference> plain(
      TorchEncoder route, String language, LanguageBase base, FitSettings settings, Path scratch)
      throws IOException {
    if (base.isBare()) {
      return Optional.empty();
    }
    Path folder = scratch.resolve("plain");
    ModuleFiles.write(
        folder,
        base.manifest(
            language, common(settings, Map.of(), Map.of(), List.of()), PostProcessing.NONE),
        base.tensors(),
        backbone.config(),
        base.tokenizer(),
        settings.storage());
    ModuleFolders folders = new ModuleFolders();
    Optional<ModuleReference> module = Optional.of(folders.add(folder));
    ModuleWriter.serve(
        route, List.of(new ModuleSelection(language, module, Optional.empty())), folders);
    return module;
  }

  /**
   * Fits an affine alignment module on translations, both sides encoded through their language
   * modules.
   *
   * @param languageModule directory of the language's module; empty: the bare backbone
   * @param pivotModule directory of English's module; empty: the bare backbone
   * @param out its directory, which must not exist
   * @throws IsoglossException TOO_LITTLE_DATA, NO_SOLUTION, BAD_MODULE, OUTPUT_FAILED
   */
  public FittedModule alignment(
      String language,
      ParallelCorpus corpus,
      Optional<Path> languageModule,
      Optional<Path> pivotModule,
      FitSettings settings,
      Path out) {
    NewFolder.requireAbsent(out);
    List<SentencePair> sample = sample(corpus.pairs(), settings);
    try (TorchEncoder route = encoder.route()) {
      ModuleFolders known = new ModuleFolders();
      Optional<ModuleReference> ours = known.addLanguageModule(languageModule, language);
      Optional<ModuleReference> pivot = known.addLanguageModule(pivotModule, ModuleManifest.PIVOT);
      ModuleSelection pivotSelection =
          new ModuleSelection(ModuleManifest.PIVOT, pivot, Optional.empty());
      ModuleWriter.serve(
          route,
          List.of(new ModuleSelection(language, ours, Optional.empty()), pivotSelection),
          known);
      Map<String, float[]> sources =
          encoded(route, language, ours, sample.stream().map(SentencePair::source).toList());
      Map<String, float[]> pivots =
          encoded(
              route,
              ModuleManifest.PIVOT,
              pivot,
              sample.stream().map(SentencePair::pivot).toList());
      List<SentencePair> used =
          sample.stream()
              .filter(p -> sources.containsKey(p.source()) && pivots.containsKey(p.pivot()))
              .toList();
      int heldOut = Math.min(MOST_HELD_OUT, used.size() / 10);
      List<SentencePair> learnt = used.subList(heldOut, used.size());
      float[][] x = rows(learnt.stream().map(SentencePair::source).toList(), sources);
      float[][] y = rows(learnt.stream().map(SentencePair::pivot).toList(), pivots);
      int dimension = encoder.dimension();
      int components = settings.components().orElse(dimension);
      if (components > dimension) {
        throw new IsoglossException(
            ErrorCode.BAD_OPTION,
            "%d components, but vectors have %d values".formatted(components, dimension));
      }
      LinearMap map = settings.method().alignment(x, y, settings.strength(), components);
      Map<String, String> lineage = lineage(settings, corpus.files());
      lineage.put("pairs", Integer.toString(learnt.size()));
      Map<String, Double> metrics = new TreeMap<>();
      if (heldOut >= FEWEST_HELD_OUT) {
        lineage.put("held_out_pairs", Integer.toString(heldOut));
        List<SentencePair> held = used.subList(0, heldOut);
        measure(
            rows(held.stream().map(SentencePair::source).toList(), sources),
            rows(held.stream().map(SentencePair::pivot).toList(), pivots),
            map,
            metrics);
      }
      ModuleWriter.Draft draft =
          tests ->
              new ModuleManifest.Alignment(
                  language,
                  common(settings, lineage, metrics, tests),
                  ours.map(ModuleReference::digest),
                  pivot.map(ModuleReference::digest),
                  Optional.empty(),
                  true);
      return new ModuleWriter(backbone, encoder)
          .write(
              draft,
              ModuleWriter.affine(map),
              Optional.empty(),
              out,
              learnt.stream().map(SentencePair::source).distinct().toList(),
              View.CROSS_LINGUAL,
              ModuleWriter.Trial.ofAlignment(language, languageModule, pivotModule),
              settings.storage());
    } catch (IOException e) {
      throw failed(out, e);
    }
  }

  /** The vectors of texts, each encoded once through the module that serves its language. */
  private Map<String, float[]> encoded(
      TorchEncoder route, String language, Optional<ModuleReference> module, List<String> texts) {
    Map<String, float[]> known =
        vectors.computeIfAbsent(
            new EncodedThrough(language, module.map(ModuleReference::digest)),
            through -> new HashMap<>());
    List<String> missing = texts.stream().filter(text -> !known.containsKey(text)).toList();
    if (!missing.isEmpty()) {
      known.putAll(new PooledSentences(route, callers, listener).of(missing, language));
    }
    return known;
  }

  private ModuleManifest.Common common(
      FitSettings settings,
      Map<String, String> lineage,
      Map<String, Double> metrics,
      List<SelfTest> tests) {
    return new ModuleManifest.Common(
        backbone.digest(),
        encoder.description().layers(),
        encoder.dimension(),
        encoder.description().pooling(),
        lineage,
        metrics,
        settings.licence(),
        tests);
  }

  private static Map<String, String> lineage(FitSettings settings, List<DataFile> files) {
    Map<String, String> lineage = new TreeMap<>();
    lineage.put("method", settings.method().label());
    lineage.put("strength", Double.toString(settings.strength()));
    settings.components().ifPresent(n -> lineage.put("components", Integer.toString(n)));
    lineage.put("seed", Long.toString(settings.seed()));
    lineage.put(CodeVersion.KEY, CodeVersion.current());
    settings.dataLicence().ifPresent(licence -> lineage.put("data_licence", licence));
    lineage.putAll(DataFile.lineage(files));
    return lineage;
  }

  /** Mean cosine of translations, and how often margin misses them, without and with the map. */
  private static void measure(
      float[][] x, float[][] y, LinearMap map, Map<String, Double> metrics) {
    float[][] mapped = map(x, map::apply);
    metrics.put("held_out_cosine_before", cosineOfRows(x, y));
    metrics.put("held_out_cosine_after", cosineOfRows(mapped, y));
    metrics.put("held_out_error_before", BitextError.of(x, y, MARGIN_NEIGHBOURS).margin());
    metrics.put("held_out_error_after", BitextError.of(mapped, y, MARGIN_NEIGHBOURS).margin());
  }

  private static double cosineOfRows(float[][] x, float[][] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double dot = 0;
      for (int c = 0; c < x[i].length; c++) {
        dot += (double) x[i][c] * y[i][c];
      }
      sum += dot / (norm(x[i]) * norm(y[i]));
    }
    return sum / x.length;
  }

  /** The mean cosine of two different rows: near 0 if their directions are spread evenly. */
  private static double meanCosine(float[][] rows) {
    double[] sum = new double[rows[0].length];
    for (float[] row : rows) {
      double norm = norm(row);
      for (int c = 0; c < sum.length; c++) {
        sum[c] += row[c] / norm;
      }
    }
    double square = Arrays.stream(sum).map(v -> v * v).sum();
    return (square - rows.length) / ((double) rows.length * (rows.length - 1));
  }

  private static double norm(float[] row) {
    double square = 0;
    for (float value : row) {
      square += (double) value * value;
    }
    return Math.max(Math.sqrt(square), Double.MIN_NORMAL);
  }

  private static float[][] map(float[][] rows, UnaryOperator<float[]> map) {
    return Stream.of(rows).parallel().map(map).toArray(float[][]::new);
  }

  private static float[][] rows(List<String> texts, Map<String, float[]> vectors) {
    return texts.stream()
        .map(text -> Optional.ofNullable(vectors.get(text)).orElseThrow())
        .toArray(float[][]::new);
  }

  /** Everything in its order, or so many drawn by the seed. */
  private static <T> List<T> sample(List<T> all, FitSettings settings) {
    if (all.isEmpty()) {
      throw new IsoglossException(ErrorCode.TOO_LITTLE_DATA, "the files hold no sentence");
    }
    List<T> drawn = new ArrayList<>(all);
    Collections.shuffle(drawn, new Random(settings.seed()));
    return List.copyOf(drawn.subList(0, Math.min(settings.sample(), drawn.size())));
  }

  private static IsoglossException failed(Path out, IOException e) {
    return new IsoglossException(
        ErrorCode.OUTPUT_FAILED, "the module " + out + " cannot be made: " + e.getMessage(), e);
  }
}
