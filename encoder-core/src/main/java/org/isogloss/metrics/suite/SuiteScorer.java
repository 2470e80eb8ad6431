package org.isogloss.metrics.suite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.isogloss.encoder.space.View;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.BitextError;
import org.isogloss.metrics.Classification;
import org.isogloss.metrics.LanguageBias;
import org.isogloss.metrics.LanguageBias.ScoredSet;
import org.isogloss.metrics.LogisticClassifier;
import org.isogloss.metrics.RepresentationSimilarity;
import org.isogloss.metrics.Similarity;

/**
 * A suite's numbers from its vectors. Monolingual tasks are measured in both views, cross-lingual
 * tasks in the cross-lingual view. Deterministic; the same vectors give the same numbers. What is
 * degenerate (one item, constant scores, a zero vector) leaves its own numbers undefined, with the
 * reason, and no others.
 *
 * <p>Immutable and safe on any thread; uses the common pool within a task.
 */
public final class SuiteScorer {
  private static final int NEIGHBOURS = 4;

  private final Suite suite;
  private final Set<String> languages;
  private final Split split;

  /**
   * @param languages only these are measured
   * @param split which part similarity is measured on, TEST or DEV; classifiers train on TRAIN
   */
  public SuiteScorer(Suite suite, Collection<String> languages, Split split) {
    this.suite = suite;
    this.languages = Set.copyOf(languages);
    this.split = split;
  }

  /** A sentence that must have a vector. */
  public record Wanted(String language, String text, View view) {}

  /** Every sentence and view that the numbers rest on, each once. */
  public Set<Wanted> wanted() {
    Set<Wanted> wanted = new LinkedHashSet<>();
    score(
        (language, text, view) -> {
          wanted.add(new Wanted(language, text, view));
          return new float[] {1};
        },
        true);
    return wanted;
  }

  /** All the numbers, in the order of the suite. */
  public List<Score> score(Vectors vectors) {
    return score(vectors, false);
  }

  private List<Score> score(Vectors vectors, boolean onlyCollect) {
    Run run = new Run(vectors, onlyCollect);
    for (EvaluationSet set : suite.sets()) {
      run.known.clear();
      switch (set) {
        case SimilaritySet similarity -> {
          if (similarity.split() == split) {
            run.similarity(similarity);
          }
        }
        case SimilarityTrack track -> run.track(track);
        case ClassificationSet classification -> {
          run.classification(classification);
          run.parallel(classification);
        }
        case BitextSet bitext -> run.bitext(bitext);
      }
    }
    return List.copyOf(run.scores);
  }

  private boolean measures(String... codes) {
    for (String code : codes) {
      if (!languages.contains(code)) {
        return false;
      }
    }
    return true;
  }

  private final class Run {
    private final Vectors vectors;
    private final boolean onlyCollect;
    private final List<Score> scores = new ArrayList<>();

    /** Vectors of the set at hand by view, language and text: each stands in many matrices. */
    private final Map<View, Map<String, Map<String, float[]>>> known = new EnumMap<>(View.class);

    Run(Vectors vectors, boolean onlyCollect) {
      this.vectors = vectors;
      this.onlyCollect = onlyCollect;
    }

    private <T> float[][] matrix(
        List<T> items, String language, View view, Function<T, String> text) {
      Map<String, float[]> ofLanguage =
          known
              .computeIfAbsent(view, v -> new HashMap<>())
              .computeIfAbsent(language, l -> new HashMap<>());
      float[][] rows = new float[items.size()][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] =
            ofLanguage.computeIfAbsent(
                text.apply(items.get(i)), t -> vectors.vector(language, t, view));
      }
      return rows;
    }

    private void add(
        Metric metric, String set, View view, String on, int items, DoubleSupplier value) {
      if (onlyCollect) {
        return;
      }
      Score.Outcome outcome;
      try {
        outcome = new Score.Value(value.getAsDouble());
      } catch (IsoglossException e) {
        outcome = undefined(e);
      }
      scores.add(new Score(metric, set, view, on, items, outcome));
    }

    void similarity(SimilaritySet set) {
      List<ScoredSet> bilingual = new ArrayList<>();
      List<ScoredSet> monolingual = new ArrayList<>();
      set.items()
          .forEach(
              (language, items) -> {
                if (!measures(language)) {
                  return;
                }
                double[] gold = gold(items);
                for (View view : View.values()) {
                  float[][] first = matrix(items, language, view, ScoredPair::first);
                  float[][] second = matrix(items, language, view, ScoredPair::second);
                  add(
                      Metric.MONOLINGUAL_SIMILARITY,
                      set.name(),
                      view,
                      language,
                      items.size(),
                      () -> Similarity.score(first, second, gold));
                  if (view == View.CROSS_LINGUAL) {
                    addSet(monolingual, first, second, gold);
                  }
                }
              });
      boolean hasPairs = false;
      for (SimilaritySet.Aligned pair : set.alignedPairs()) {
        if (!measures(pair.left(), pair.right())) {
          continue;
        }
        View view = View.CROSS_LINGUAL;
        float[][] leftFirst = matrix(pair.leftItems(), pair.left(), view, ScoredPair::first);
        float[][] leftSecond = matrix(pair.leftItems(), pair.left(), view, ScoredPair::second);
        float[][] rightFirst = matrix(pair.rightItems(), pair.right(), view, ScoredPair::first);
        float[][] rightSecond = matrix(pair.rightItems(), pair.right(), view, ScoredPair::second);
        double[] gold = gold(pair.leftItems());
        add(
            Metric.CROSS_LINGUAL_SIMILARITY,
            set.name(),
            view,
            pair.left() + "-" + pair.right(),
            gold.length,
            () ->
                Similarity.crossLingualScore(leftFirst, rightSecond, rightFirst, leftSecond, gold));
        addSet(bilingual, leftFirst, rightSecond, gold);
        addSet(bilingual, rightFirst, leftSecond, gold);
        hasPairs = true;
      }
      if (hasPairs) {
        bias(Metric.LANGUAGE_BIAS, set, bilingual);
        List<ScoredSet> all = new ArrayList<>(bilingual);
        all.addAll(monolingual);
        bias(Metric.LANGUAGE_BIAS_WITH_MONOLINGUAL, set, all);
      }
    }

    /** Adds a set of a bias, unless a vector is degenerate: such a set has no cosines. */
    private void addSet(List<ScoredSet> sets, float[][] first, float[][] second, double[] gold) {
      if (onlyCollect) {
        return;
      }
      try {
        sets.add(new ScoredSet(Similarity.cosines(first, second), gold));
      } catch (IsoglossException e) {
        // The similarity of these very vectors is undefined already, and says so.
        return;
      }
    }

    private void bias(Metric metric, SimilaritySet set, List<ScoredSet> sets) {
      int items = LanguageBias.defined(sets).stream().mapToInt(s -> s.gold().length).sum();
      add(metric, set.name(), View.CROSS_LINGUAL, "", items, () -> LanguageBias.of(sets));
    }

    void track(SimilarityTrack track) {
      if (!measures(track.left(), track.right())) {
        return;
      }
      boolean monolingual = track.left().equals(track.right());
      double[] gold = gold(track.items());
      for (View view : View.values()) {
        if (!monolingual && view == View.MONOLINGUAL) {
          continue;
        }
        float[][] first = matrix(track.items(), track.left(), view, ScoredPair::first);
        float[][] second = matrix(track.items(), track.right(), view, ScoredPair::second);
        add(
            monolingual ? Metric.MONOLINGUAL_SIMILARITY : Metric.CROSS_LINGUAL_SIMILARITY,
            track.name(),
            view,
            monolingual ? track.left() : track.left() + "-" + track.right(),
            gold.length,
            () -> Similarity.score(first, second, gold));
      }
    }

    void classification(ClassificationSet set) {
      List<String> measured = set.languages().stream().filter(languages::contains).toList();
      Map<String, Fitted> before = Map.of();
      for (View view : View.values()) {
        Map<String, float[][]> train = new LinkedHashMap<>();
        Map<String, float[][]> test = new LinkedHashMap<>();
        for (String language : measured) {
          train.put(
              language,
              matrix(set.items(language, Split.TRAIN), language, view, LabelledText::text));
          test.put(
              language, matrix(set.items(language, split), language, view, LabelledText::text));
        }
        if (onlyCollect) {
          continue;
        }
        Map<String, Fitted> earlier = before;
        List<Fitted> fitted =
            measured.stream()
                .parallel()
                .map(source -> fitted(set, source, train, Optional.ofNullable(earlier.get(source))))
                .toList();
        measured.stream()
            .parallel()
            .map(
                source ->
                    transfer(
                        set, view, source, measured, fitted.get(measured.indexOf(source)), test))
            .toList()
            .forEach(scores::addAll);
        before = new HashMap<>();
        for (int i = 0; i < measured.size(); i++) {
          before.put(measured.get(i), fitted.get(i));
        }
      }
    }

    /**
     * A classifier and what it was trained on.
     *
     * @param classifier empty if there is none
     * @param failure why not
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Fitted(
        float[][] train, Optional<LogisticClassifier> classifier, Score.Undefined failure) {}

    /** Where a language has no alignment both views are the same vectors, and one fit serves. */
    private Fitted fitted(
        ClassificationSet set,
        String source,
        Map<String, float[][]> trainByLanguage,
        Optional<Fitted> known) {
      float[][] train = trainByLanguage.getOrDefault(source, new float[0][]);
      if (known.isPresent() && Arrays.deepEquals(known.get().train(), train)) {
        return known.get();
      }
      List<String> labels =
          set.items(source, Split.TRAIN).stream().map(LabelledText::label).toList();
      try {
        return new Fitted(
            train, Optional.of(LogisticClassifier.fit(train, labels)), new Score.Undefined(""));
      } catch (IsoglossException e) {
        return new Fitted(train, Optional.empty(), undefined(e));
      }
    }

    private List<Score> transfer(
        ClassificationSet set,
        View view,
        String source,
        List<String> targets,
        Fitted fitted,
        Map<String, float[][]> test) {
      List<Score> result = new ArrayList<>();
      for (String target : targets) {
        boolean monolingual = source.equals(target);
        if (!monolingual && view == View.MONOLINGUAL) {
          continue;
        }
        List<String> gold = set.items(target, split).stream().map(LabelledText::label).toList();
        Score.Outcome accuracy = fitted.failure();
        Score.Outcome macroF1 = fitted.failure();
        if (fitted.classifier().isPresent()) {
          try {
            Classification classified =
                Classification.of(
                    gold,
                    fitted.classifier().get().predict(test.getOrDefault(target, new float[0][])));
            accuracy = new Score.Value(classified.accuracy());
            macroF1 = new Score.Value(classified.macroF1());
          } catch (IsoglossException e) {
            accuracy = undefined(e);
            macroF1 = accuracy;
          }
        }
        String on = monolingual ? target : source + "-" + target;
        result.add(
            new Score(
                monolingual ? Metric.MONOLINGUAL_ACCURACY : Metric.TRANSFER_ACCURACY,
                set.name(),
                view,
                on,
                gold.size(),
                accuracy));
        result.add(
            new Score(
                monolingual ? Metric.MONOLINGUAL_MACRO_F1 : Metric.TRANSFER_MACRO_F1,
                set.name(),
                view,
                on,
                gold.size(),
                macroF1));
      }
      return result;
    }

    /** A classification set whose languages share ids, as a multi-parallel corpus. */
    void parallel(ClassificationSet set) {
      List<String> measured = set.languages().stream().filter(languages::contains).toList();
      Optional<double[][]> together = similarities(set, measured);
      for (ClassificationSet.Aligned pair : set.alignedPairs(measured)) {
        View view = View.CROSS_LINGUAL;
        float[][] left = matrix(pair.leftItems(), pair.left(), view, LabelledText::text);
        float[][] right = matrix(pair.rightItems(), pair.right(), view, LabelledText::text);
        add(
            Metric.REPRESENTATION_SIMILARITY,
            set.name(),
            view,
            pair.left() + "-" + pair.right(),
            left.length,
            () ->
                together.isPresent()
                    ? together.get()[measured.indexOf(pair.left())][measured.indexOf(pair.right())]
                    : RepresentationSimilarity.of(left, right));
        bitext(set.name(), pair.left(), pair.right(), left, right, false);
      }
    }

    /**
     * RSIM of all pairs at once, which is much faster than one by one.
     *
     * @return empty where that cannot be: the languages have different items, or one of them is
     *     degenerate
     */
    private Optional<double[][]> similarities(ClassificationSet set, List<String> measured) {
      if (onlyCollect || !set.isParallel(measured)) {
        return Optional.empty();
      }
      List<float[][]> corpora =
          measured.stream()
              .map(l -> matrix(set.corpus(l), l, View.CROSS_LINGUAL, LabelledText::text))
              .toList();
      try {
        return Optional.of(RepresentationSimilarity.allPairs(corpora));
      } catch (IsoglossException e) {
        return Optional.empty();
      }
    }

    void bitext(BitextSet set) {
      if (measures(set.left(), set.right())) {
        float[][] left = matrix(set.items(), set.left(), View.CROSS_LINGUAL, Translation::left);
        float[][] right = matrix(set.items(), set.right(), View.CROSS_LINGUAL, Translation::right);
        bitext(set.name(), set.left(), set.right(), left, right, true);
      }
    }

    private void bitext(
        String set, String left, String right, float[][] x, float[][] y, boolean withF1) {
      if (onlyCollect) {
        return;
      }
      Answered answered = Answered.of(x, y);
      DoubleSupplier marginForward = () -> answered.error().marginForward();
      DoubleSupplier marginBackward = () -> answered.error().marginBackward();
      DoubleSupplier cosineForward = () -> answered.error().cosineForward();
      DoubleSupplier cosineBackward = () -> answered.error().cosineBackward();
      View view = View.CROSS_LINGUAL;
      String there = left + "-" + right;
      String back = right + "-" + left;
      add(Metric.BITEXT_ERROR_BY_MARGIN, set, view, there, x.length, marginForward);
      add(Metric.BITEXT_ERROR_BY_MARGIN, set, view, back, x.length, marginBackward);
      add(Metric.BITEXT_ERROR_BY_COSINE, set, view, there, x.length, cosineForward);
      add(Metric.BITEXT_ERROR_BY_COSINE, set, view, back, x.length, cosineBackward);
      if (withF1) {
        DoubleSupplier f1Forward = () -> BitextError.f1(answered.get().cosineForward());
        DoubleSupplier f1Backward = () -> BitextError.f1(answered.get().cosineBackward());
        add(Metric.BITEXT_F1_BY_COSINE, set, view, there, x.length, f1Forward);
        add(Metric.BITEXT_F1_BY_COSINE, set, view, back, x.length, f1Backward);
      }
    }
  }

  /** What two corpora answer, or why they do not. */
  private record Answered(
      Optional<BitextError.Answers> answers, Optional<IsoglossException> failure) {
    static Answered of(float[][] x, float[][] y) {
      try {
        return new Answered(Optional.of(BitextError.answers(x, y, NEIGHBOURS)), Optional.empty());
      } catch (IsoglossException e) {
        return new Answered(Optional.empty(), Optional.of(e));
      }
    }

    BitextError.Answers get() {
      return answers.orElseThrow(failure::orElseThrow);
    }

    BitextError error() {
      return BitextError.of(get());
    }
  }

  private static Score.Undefined undefined(IsoglossException e) {
    return new Score.Undefined(e.code().code() + ": " + e.reason());
  }

  private static double[] gold(List<ScoredPair> items) {
    return IntStream.range(0, items.size()).mapToDouble(i -> items.get(i).score()).toArray();
  }
}
