package org.isogloss.trainer.baseline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.BitextError;
import org.isogloss.metrics.suite.BitextSet;
import org.isogloss.metrics.suite.ClassificationSet;
import org.isogloss.metrics.suite.EvaluationSet;
import org.isogloss.metrics.suite.LabelledText;
import org.isogloss.metrics.suite.SuiteReader;
import org.isogloss.metrics.suite.Translation;
import org.isogloss.trainer.align.AffineFit;
import org.isogloss.trainer.align.LinearMap;
import org.isogloss.trainer.align.PostProcessingFit;
import org.isogloss.trainer.data.EvaluationGuard;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.data.TrainingReader;
import org.isogloss.trainer.fit.FitMethod;
import org.isogloss.trainer.fit.PooledSentences;

/** Fits and measures the closed forms, language by language. */
public final class ClosedFormBaselines {
  private static final String PIVOT = ModuleManifest.PIVOT;
  private static final int MARGIN_NEIGHBOURS = 4;

  /** Of equally good ones the last, the strongest, is taken. */
  private static final double[] STRENGTHS = {0.03, 0.1, 0.3, 1, 3, 10};

  private final BaselinePlan plan;
  private final PooledSentences encoder;
  private final TrainingReader reader = new TrainingReader(EvaluationGuard.byPath());

  /**
   * @param encoder over the bare backbone
   */
  public ClosedFormBaselines(BaselinePlan plan, PooledSentences encoder) {
    this.plan = plan;
    this.encoder = encoder;
  }

  /** Texts on both sides, row i of both translations. */
  private record Sides(List<String> source, List<String> pivot) {
    static Sides of(List<SentencePair> pairs) {
      return new Sides(
          pairs.stream().map(SentencePair::source).toList(),
          pairs.stream().map(SentencePair::pivot).toList());
    }
  }

  private record Texts(
      String language,
      List<String> plain,
      int preferredPairs,
      Sides pairs,
      Sides inDomain,
      Sides outOfDomain) {}

  /**
   * Runs the plan.
   *
   * @param each hears every language as it is done
   * @throws IsoglossException BAD_SUITE, BAD_INPUT_FILE, TOO_LITTLE_DATA
   */
  public List<LanguageBaseline> run(Consumer<LanguageBaseline> each) throws IOException {
    List<EvaluationSet> sets = SuiteReader.read(plan.evaluation(), "evaluation").sets();
    List<Texts> texts = new ArrayList<>();
    for (String language : plan.languages()) {
      texts.add(texts(language, sets));
    }
    List<String> plainEnglish = plain(PIVOT);
    List<String> english = new ArrayList<>(plainEnglish);
    texts.forEach(
        t ->
            Stream.of(t.pairs(), t.inDomain(), t.outOfDomain())
                .forEach(sides -> english.addAll(sides.pivot())));
    Map<String, float[]> pivot = encoder.of(english, PIVOT);
    Map<FitMethod, PostProcessingFit> pivotFits = postProcessing(rows(plainEnglish, pivot));
    List<LanguageBaseline> results = new ArrayList<>();
    for (Texts t : texts) {
      LanguageBaseline result = measure(t, pivot, pivotFits);
      each.accept(result);
      results.add(result);
    }
    return results;
  }

  private Texts texts(String language, List<EvaluationSet> sets) throws IOException {
    Sides inDomain = null;
    Sides outOfDomain = null;
    for (EvaluationSet set : sets) {
      if (set instanceof BitextSet bitext
          && bitext.left().equals(language)
          && bitext.right().equals(PIVOT)) {
        inDomain =
            new Sides(
                bitext.items().stream().map(Translation::left).toList(),
                bitext.items().stream().map(Translation::right).toList());
      } else if (set instanceof ClassificationSet topics) {
        for (ClassificationSet.Aligned pair : topics.alignedPairs(List.of(language, PIVOT))) {
          List<String> left = texts(pair.leftItems());
          List<String> right = texts(pair.rightItems());
          outOfDomain =
              pair.left().equals(language) ? new Sides(left, right) : new Sides(right, left);
        }
      }
    }
    if (inDomain == null || outOfDomain == null) {
      throw new IsoglossException(
          ErrorCode.BAD_SUITE,
          plan.evaluation() + " lacks a bitext set or a multi-parallel set of " + language);
    }
    List<SentencePair> pairs = new ArrayList<>();
    int preferred = 0;
    List<String> sources = plan.aligned().contains(language) ? plan.sources() : List.of();
    for (String source : sources) {
      List<SentencePair> more = new ArrayList<>(pairs(source, language));
      Collections.shuffle(more, new Random(plan.seed()));
      more.removeAll(new HashSet<>(pairs));
      pairs.addAll(more.subList(0, Math.min(more.size(), plan.pairs() - pairs.size())));
      if (source.equals(sources.getFirst())) {
        preferred = pairs.size();
      }
    }
    return new Texts(language, plain(language), preferred, Sides.of(pairs), inDomain, outOfDomain);
  }

  private List<String> texts(List<LabelledText> items) {
    return items.stream().limit(plan.outOfDomainItems()).map(LabelledText::text).toList();
  }

  private List<String> plain(String language) {
    Path file = plan.training().resolve("mono").resolve(language + ".txt.gz");
    List<String> sentences = new ArrayList<>(reader.monolingual(List.of(file)).sentences());
    Collections.shuffle(sentences, new Random(plan.seed()));
    return List.copyOf(sentences.subList(0, Math.min(plan.sentences(), sentences.size())));
  }

  private List<SentencePair> pairs(String source, String language) throws IOException {
    Path folder = plan.training().resolve("parallel").resolve(source);
    if (!Files.isDirectory(folder)) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "there is no folder " + folder);
    }
    String prefix = language + "-" + PIVOT + ".";
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> ours =
          files.filter(file -> file.getFileName().toString().startsWith(prefix)).sorted().toList();
      return reader.parallel(ours, language).pairs();
    }
  }

  private static Map<FitMethod, PostProcessingFit> postProcessing(float[][] plain) {
    Map<FitMethod, PostProcessingFit> fits = new EnumMap<>(FitMethod.class);
    for (FitMethod method : List.of(FitMethod.CENTER, FitMethod.WHITEN)) {
      fits.put(method, method.postProcessing(plain, method.defaultStrength()));
    }
    return fits;
  }

  private LanguageBaseline measure(
      Texts texts, Map<String, float[]> pivot, Map<FitMethod, PostProcessingFit> pivotFits) {
    List<String> all = new ArrayList<>(texts.plain());
    Stream.of(texts.pairs(), texts.inDomain(), texts.outOfDomain())
        .forEach(sides -> all.addAll(sides.source()));
    Map<String, float[]> source = encoder.of(all, texts.language());
    Map<FitMethod, PostProcessingFit> fits = postProcessing(rows(texts.plain(), source));
    List<Sides> tests = List.of(texts.inDomain(), texts.outOfDomain());
    List<Map<Treatment, Double>> errors = new ArrayList<>();
    Map<Treatment, UnaryOperator<float[]>> ours = new EnumMap<>(Treatment.class);
    Map<Treatment, UnaryOperator<float[]>> theirs = new EnumMap<>(Treatment.class);
    UnaryOperator<float[]> centre = fit(fits, FitMethod.CENTER);
    UnaryOperator<float[]> centrePivot = fit(pivotFits, FitMethod.CENTER);
    UnaryOperator<float[]> whiten = fit(fits, FitMethod.WHITEN);
    UnaryOperator<float[]> whitenPivot = fit(pivotFits, FitMethod.WHITEN);
    ours.put(Treatment.RAW, UnaryOperator.identity());
    theirs.put(Treatment.RAW, UnaryOperator.identity());
    ours.put(Treatment.CENTRED, centre);
    theirs.put(Treatment.CENTRED, centrePivot);
    ours.put(Treatment.WHITENED, whiten);
    theirs.put(Treatment.WHITENED, whitenPivot);
    Pairs raw = pairs(texts.pairs(), source, pivot);
    double strength = 0;
    if (raw.x().length > 0) {
      Pairs centred = raw.map(centre, centrePivot);
      strength = bestStrength(centred);
      int components = Math.min(plan.components(), raw.x()[0].length);
      Map<Treatment, LinearMap> maps =
          Map.of(
              Treatment.PROCRUSTES,
              AffineFit.procrustes(centred.x(), centred.y()),
              Treatment.RIDGE,
              AffineFit.ridge(centred.x(), centred.y(), strength),
              Treatment.CCA,
              AffineFit.canonical(centred.x(), centred.y(), components, strength));
      maps.forEach(
          (treatment, map) -> {
            ours.put(treatment, then(centre, map::apply));
            theirs.put(treatment, centrePivot);
          });
      Pairs whitened = raw.map(whiten, whitenPivot);
      LinearMap rotation = AffineFit.procrustes(whitened.x(), whitened.y());
      ours.put(Treatment.WHITENED_PROCRUSTES, then(whiten, rotation::apply));
      theirs.put(Treatment.WHITENED_PROCRUSTES, whitenPivot);
    }
    for (Sides test : tests) {
      Pairs vectors = pairs(test, source, pivot);
      Map<Treatment, Double> byTreatment = new EnumMap<>(Treatment.class);
      for (Treatment treatment : ours.keySet()) {
        byTreatment.put(treatment, vectors.map(of(ours, treatment), of(theirs, treatment)).error());
      }
      byTreatment.put(
          Treatment.CENTRED_ON_TEST,
          vectors
              .map(
                  PostProcessingFit.centre(vectors.x())::apply,
                  PostProcessingFit.centre(vectors.y())::apply)
              .error());
      errors.add(byTreatment);
    }
    return new LanguageBaseline(
        texts.language(),
        texts.preferredPairs(),
        raw.x().length,
        strength,
        errors.getFirst(),
        errors.getLast());
  }

  private static UnaryOperator<float[]> fit(
      Map<FitMethod, PostProcessingFit> fits, FitMethod method) {
    return Optional.ofNullable(fits.get(method)).orElseThrow()::apply;
  }

  private static UnaryOperator<float[]> of(
      Map<Treatment, UnaryOperator<float[]>> maps, Treatment treatment) {
    return Optional.ofNullable(maps.get(treatment)).orElseThrow();
  }

  private static UnaryOperator<float[]> then(
      UnaryOperator<float[]> first, UnaryOperator<float[]> second) {
    return vector -> second.apply(first.apply(vector));
  }

  /** The strength of ridge regression that misses fewest of a tenth of the training pairs. */
  private static double bestStrength(Pairs pairs) {
    int heldOut = pairs.x().length / 10;
    Pairs held = pairs.rows(0, heldOut);
    Pairs learnt = pairs.rows(heldOut, pairs.x().length);
    double best = STRENGTHS[0];
    double fewest = Double.POSITIVE_INFINITY;
    for (double strength : STRENGTHS) {
      LinearMap map = AffineFit.ridge(learnt.x(), learnt.y(), strength);
      double error = held.map(map::apply, UnaryOperator.identity()).error();
      if (error <= fewest) {
        fewest = error;
        best = strength;
      }
    }
    return best;
  }

  /** Vectors of translations, {@code [rows][dimension]} each. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Pairs(float[][] x, float[][] y) {
    Pairs map(UnaryOperator<float[]> ours, UnaryOperator<float[]> theirs) {
      return new Pairs(mapped(x, ours), mapped(y, theirs));
    }

    Pairs rows(int from, int to) {
      return new Pairs(Arrays.copyOfRange(x, from, to), Arrays.copyOfRange(y, from, to));
    }

    double error() {
      return BitextError.of(x, y, MARGIN_NEIGHBOURS).marginForward();
    }

    private static float[][] mapped(float[][] rows, UnaryOperator<float[]> map) {
      return Stream.of(rows).parallel().map(map).toArray(float[][]::new);
    }
  }

  /** The pairs of which both sides have a vector. */
  private static Pairs pairs(Sides sides, Map<String, float[]> source, Map<String, float[]> pivot) {
    List<float[]> x = new ArrayList<>();
    List<float[]> y = new ArrayList<>();
    for (int i = 0; i < sides.source().size(); i++) {
      float[] left = source.get(sides.source().get(i));
      float[] right = pivot.get(sides.pivot().get(i));
      if (left != null && right != null) {
        x.add(left);
        y.add(right);
      }
    }
    return new Pairs(x.toArray(float[][]::new), y.toArray(float[][]::new));
  }

  private static float[][] rows(List<String> texts, Map<String, float[]> vectors) {
    return texts.stream()
        .flatMap(text -> Stream.ofNullable(vectors.get(text)))
        .toArray(float[][]::new);
  }
}
