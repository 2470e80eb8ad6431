package org.isogloss.streams.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.isogloss.encoder.space.View;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.BitextError;
import org.isogloss.metrics.LogisticClassifier;
import org.isogloss.metrics.PairedBootstrap;
import org.isogloss.metrics.RepresentationSimilarity;
import org.isogloss.metrics.Similarity;
import org.isogloss.metrics.suite.BitextSet;
import org.isogloss.metrics.suite.ClassificationSet;
import org.isogloss.metrics.suite.EvaluationSet;
import org.isogloss.metrics.suite.LabelledText;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.ScoredPair;
import org.isogloss.metrics.suite.SimilaritySet;
import org.isogloss.metrics.suite.SimilarityTrack;
import org.isogloss.metrics.suite.Split;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.metrics.suite.Summary.Block;
import org.isogloss.metrics.suite.Translation;
import org.isogloss.metrics.suite.Vectors;

/**
 * The paper's columns item by item, so that items can be drawn again. A column's units are its item
 * ids: a draw takes all language versions of an item together. Retrieval and classifiers stay as
 * they are; what is drawn is what they are asked. Of RSIM, whose items are pairs of sentences, the
 * sentences are drawn.
 */
final class Evidence {
  private static final int NEIGHBOURS = 4;
  private static final String PIVOT = "en";

  /** Which column. */
  record Key(Block block, String set, Metric metric) {}

  /** What one number rests on: gives it for rows that stand as often as a draw says. */
  private interface Part {
    OptionalDouble at(int[] counts);
  }

  private record Placed(int[] units, Part part) {
    OptionalDouble at(int[] unitCounts) {
      int[] counts = new int[units.length];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = unitCounts[units[i]];
      }
      return part.at(counts);
    }
  }

  /** One column. */
  sealed interface Column permits Numbers, Geometry {
    int unitCount();

    /** The column's value on its units as they are. */
    double value();

    /** The column's value in every draw. */
    double[] drawn(PairedBootstrap bootstrap);
  }

  /** RSIM: the mean over all pairs of languages of a parallel corpus. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Geometry(List<float[][]> languages) implements Column {
    @Override
    public int unitCount() {
      return languages.getFirst().length;
    }

    @Override
    public double value() {
      int[] once = new int[unitCount()];
      Arrays.fill(once, 1);
      return RepresentationSimilarity.meansOfDraws(languages, new int[][] {once})[0];
    }

    @Override
    public double[] drawn(PairedBootstrap bootstrap) {
      return RepresentationSimilarity.meansOfDraws(languages, bootstrap.counts(unitCount()));
    }
  }

  /** The mean of its numbers, each the mean of its parts; or a bias. */
  private static final class Numbers implements Column {
    private final Map<String, Integer> units = new LinkedHashMap<>();
    private final List<List<Placed>> numbers = new ArrayList<>();
    private boolean isBias;
    private final List<Placed> union = new ArrayList<>();

    @Override
    public int unitCount() {
      return units.size();
    }

    @Override
    public double value() {
      int[] once = new int[unitCount()];
      Arrays.fill(once, 1);
      return at(once);
    }

    @Override
    public double[] drawn(PairedBootstrap bootstrap) {
      return Arrays.stream(bootstrap.counts(unitCount()))
          .parallel()
          .mapToDouble(this::at)
          .toArray();
    }

    /** The column's value if each unit stands so often; numbers that are undefined are left out. */
    private double at(int[] unitCounts) {
      double sum = 0;
      int defined = 0;
      for (List<Placed> number : numbers) {
        double parts = 0;
        int definedParts = 0;
        for (Placed part : number) {
          OptionalDouble value = part.at(unitCounts);
          if (value.isPresent()) {
            parts += value.getAsDouble();
            definedParts++;
          }
        }
        if (definedParts > 0) {
          sum += parts / definedParts;
          defined++;
        }
      }
      double mean = defined == 0 ? 0 : sum / defined;
      return isBias ? mean - union.getFirst().at(unitCounts).orElse(mean) : mean;
    }

    private int[] unitsOf(List<String> ids) {
      return ids.stream().mapToInt(id -> units.computeIfAbsent(id, unit -> units.size())).toArray();
    }
  }

  private final Suite suite;
  private final Set<String> languages;
  private final Vectors vectors;
  private final Map<Key, Column> columns = new LinkedHashMap<>();
  private final Map<Key, Numbers> numbers = new LinkedHashMap<>();

  private Evidence(Suite suite, Collection<String> languages, Vectors vectors) {
    this.suite = suite;
    this.languages = Set.copyOf(languages);
    this.vectors = vectors;
  }

  /** All columns, measured on the test split. */
  static Map<Key, Column> of(Suite suite, Collection<String> languages, Vectors vectors) {
    Evidence evidence = new Evidence(suite, languages, vectors);
    for (EvaluationSet set : evidence.suite.sets()) {
      switch (set) {
        case SimilaritySet similarity -> {
          if (similarity.split() == Split.TEST) {
            evidence.similarity(similarity);
          }
        }
        case SimilarityTrack track -> evidence.track(track);
        case ClassificationSet classification -> {
          evidence.classification(classification);
          evidence.parallel(classification);
        }
        case BitextSet bitext -> evidence.bitext(bitext);
      }
    }
    return evidence.columns;
  }

  private Numbers column(Block block, String set, Metric metric) {
    int slash = set.indexOf('/');
    Key key = new Key(block, slash < 0 ? set : set.substring(0, slash), metric);
    return numbers.computeIfAbsent(
        key,
        k -> {
          Numbers column = new Numbers();
          columns.put(k, column);
          return column;
        });
  }

  private <T> float[][] matrix(
      List<T> items, String language, View view, Function<T, String> text) {
    return items.stream()
        .map(item -> vectors.vector(language, text.apply(item), view))
        .toArray(float[][]::new);
  }

  private static Block monolingual(View view) {
    return view == View.MONOLINGUAL ? Block.MONOLINGUAL : Block.MONOLINGUAL_WITH_ALIGNMENT;
  }

  private static Part spearman(double[] cosines, double[] gold) {
    ResampledSpearman spearman = new ResampledSpearman(cosines, gold);
    return counts -> {
      OptionalDouble value = spearman.at(counts);
      return value.isPresent() ? OptionalDouble.of(100 * value.getAsDouble()) : value;
    };
  }

  private static Part share(boolean[] counted) {
    return counts -> {
      double hits = 0;
      double rows = 0;
      for (int i = 0; i < counts.length; i++) {
        hits += counted[i] ? counts[i] : 0;
        rows += counts[i];
      }
      return rows == 0 ? OptionalDouble.empty() : OptionalDouble.of(100 * hits / rows);
    };
  }

  /** {@link org.isogloss.metrics.Classification#macroF1} of rows that stand as often as counted. */
  private static Part macroF1(List<String> gold, List<String> found) {
    List<String> labels = List.copyOf(new TreeSet<>(gold));
    int[] goldLabels = gold.stream().mapToInt(labels::indexOf).toArray();
    int[] foundLabels = found.stream().mapToInt(labels::indexOf).toArray();
    return counts -> {
      double[] both = new double[labels.size()];
      double[] golden = new double[labels.size()];
      double[] predicted = new double[labels.size()];
      for (int i = 0; i < counts.length; i++) {
        golden[goldLabels[i]] += counts[i];
        // A label that only the training items have is nobody's precision.
        if (foundLabels[i] >= 0) {
          predicted[foundLabels[i]] += counts[i];
          both[foundLabels[i]] += foundLabels[i] == goldLabels[i] ? counts[i] : 0;
        }
      }
      double sum = 0;
      int standing = 0;
      for (int label = 0; label < both.length; label++) {
        if (golden[label] > 0) {
          sum += 2 * both[label] / (golden[label] + predicted[label]);
          standing++;
        }
      }
      return standing == 0 ? OptionalDouble.empty() : OptionalDouble.of(100 * sum / standing);
    };
  }

  private static double[] gold(List<ScoredPair> items) {
    return items.stream().mapToDouble(ScoredPair::score).toArray();
  }

  private static List<String> ids(List<ScoredPair> items, String prefix) {
    return items.stream().map(item -> prefix + item.id()).toList();
  }

  /** One bilingual or monolingual set of a bias. */
  private record Series(List<String> ids, double[] cosines, double[] gold) {}

  private void similarity(SimilaritySet set) {
    List<Series> monolingual = new ArrayList<>();
    set.items()
        .forEach(
            (language, items) -> {
              if (!languages.contains(language)) {
                return;
              }
              for (View view : View.values()) {
                double[] cosines =
                    Similarity.cosines(
                        matrix(items, language, view, ScoredPair::first),
                        matrix(items, language, view, ScoredPair::second));
                Numbers column =
                    column(monolingual(view), set.name(), Metric.MONOLINGUAL_SIMILARITY);
                Series series = new Series(ids(items, ""), cosines, gold(items));
                column.numbers.add(List.of(placed(column, series)));
                if (view == View.CROSS_LINGUAL) {
                  monolingual.add(series);
                }
              }
            });
    List<Series> bilingual = new ArrayList<>();
    for (SimilaritySet.Aligned pair : set.alignedPairs()) {
      if (!languages.contains(pair.left()) || !languages.contains(pair.right())) {
        continue;
      }
      View view = View.CROSS_LINGUAL;
      List<String> ids = ids(pair.leftItems(), "");
      double[] gold = gold(pair.leftItems());
      Series there =
          new Series(
              ids,
              Similarity.cosines(
                  matrix(pair.leftItems(), pair.left(), view, ScoredPair::first),
                  matrix(pair.rightItems(), pair.right(), view, ScoredPair::second)),
              gold);
      Series back =
          new Series(
              ids,
              Similarity.cosines(
                  matrix(pair.rightItems(), pair.right(), view, ScoredPair::first),
                  matrix(pair.leftItems(), pair.left(), view, ScoredPair::second)),
              gold);
      Numbers column = column(Block.CROSS_LINGUAL, set.name(), Metric.CROSS_LINGUAL_SIMILARITY);
      column.numbers.add(List.of(placed(column, there), placed(column, back)));
      bilingual.add(there);
      bilingual.add(back);
    }
    if (!bilingual.isEmpty()) {
      bias(column(Block.LANGUAGE_BIAS, set.name(), Metric.LANGUAGE_BIAS), bilingual);
      List<Series> all = new ArrayList<>(bilingual);
      all.addAll(monolingual);
      bias(column(Block.LANGUAGE_BIAS, set.name(), Metric.LANGUAGE_BIAS_WITH_MONOLINGUAL), all);
    }
  }

  private static Placed placed(Numbers column, Series series) {
    return new Placed(column.unitsOf(series.ids()), spearman(series.cosines(), series.gold()));
  }

  private static void bias(Numbers column, List<Series> sets) {
    column.isBias = true;
    sets.forEach(series -> column.numbers.add(List.of(placed(column, series))));
    column.union.add(
        placed(
            column,
            new Series(
                sets.stream().flatMap(s -> s.ids().stream()).toList(),
                sets.stream().flatMapToDouble(s -> Arrays.stream(s.cosines())).toArray(),
                sets.stream().flatMapToDouble(s -> Arrays.stream(s.gold())).toArray())));
  }

  private void track(SimilarityTrack track) {
    if (!languages.contains(track.left()) || !languages.contains(track.right())) {
      return;
    }
    boolean monolingual = track.left().equals(track.right());
    for (View view : View.values()) {
      if (!monolingual && view == View.MONOLINGUAL) {
        continue;
      }
      Numbers column =
          column(
              monolingual ? monolingual(view) : Block.CROSS_LINGUAL,
              track.name(),
              monolingual ? Metric.MONOLINGUAL_SIMILARITY : Metric.CROSS_LINGUAL_SIMILARITY);
      double[] cosines =
          Similarity.cosines(
              matrix(track.items(), track.left(), view, ScoredPair::first),
              matrix(track.items(), track.right(), view, ScoredPair::second));
      // Equal ids of two tracks are not the same item.
      String prefix = "%s.%s-%s/".formatted(track.name(), track.left(), track.right());
      column.numbers.add(
          List.of(
              placed(
                  column, new Series(ids(track.items(), prefix), cosines, gold(track.items())))));
    }
  }

  private void classification(ClassificationSet set) {
    for (String source : set.languages()) {
      if (!languages.contains(source)) {
        continue;
      }
      for (View view : View.values()) {
        List<LabelledText> train = set.items(source, Split.TRAIN);
        LogisticClassifier classifier;
        try {
          classifier =
              LogisticClassifier.fit(
                  matrix(train, source, view, LabelledText::text),
                  train.stream().map(LabelledText::label).toList());
        } catch (IsoglossException e) {
          // Undefined, as it is in the run's own table.
          continue;
        }
        for (String target : set.languages()) {
          boolean isMonolingual = source.equals(target);
          boolean isTransfer = !isMonolingual && source.equals(PIVOT) && view == View.CROSS_LINGUAL;
          List<LabelledText> test = set.items(target, Split.TEST);
          if (!languages.contains(target) || !(isMonolingual || isTransfer) || test.isEmpty()) {
            continue;
          }
          List<String> found = classifier.predict(matrix(test, target, view, LabelledText::text));
          List<String> gold = test.stream().map(LabelledText::label).toList();
          boolean[] right = new boolean[test.size()];
          for (int i = 0; i < right.length; i++) {
            right[i] = found.get(i).equals(gold.get(i));
          }
          Block block = isMonolingual ? monolingual(view) : Block.CROSS_LINGUAL;
          List<String> ids = test.stream().map(LabelledText::id).toList();
          Numbers accuracy =
              column(
                  block,
                  set.name(),
                  isMonolingual ? Metric.MONOLINGUAL_ACCURACY : Metric.TRANSFER_ACCURACY);
          accuracy.numbers.add(List.of(new Placed(accuracy.unitsOf(ids), share(right))));
          Numbers macroF1 =
              column(
                  block,
                  set.name(),
                  isMonolingual ? Metric.MONOLINGUAL_MACRO_F1 : Metric.TRANSFER_MACRO_F1);
          macroF1.numbers.add(List.of(new Placed(macroF1.unitsOf(ids), macroF1(gold, found))));
        }
      }
    }
  }

  private void parallel(ClassificationSet set) {
    List<String> measured = set.parallelLanguages().stream().filter(languages::contains).toList();
    List<List<LabelledText>> corpora = measured.stream().map(set::corpus).toList();
    List<float[][]> matrices = new ArrayList<>();
    for (int i = 0; i < measured.size(); i++) {
      matrices.add(matrix(corpora.get(i), measured.get(i), View.CROSS_LINGUAL, LabelledText::text));
    }
    if (measured.size() > 1) {
      columns.put(
          new Key(Block.GEOMETRY, set.name(), Metric.REPRESENTATION_SIMILARITY),
          new Geometry(matrices));
    }
    for (int i = 0; i < measured.size(); i++) {
      for (int j = i + 1; j < measured.size(); j++) {
        bitext(
            set.name(),
            corpora.get(i).stream().map(LabelledText::id).toList(),
            matrices.get(i),
            matrices.get(j));
      }
    }
  }

  private void bitext(BitextSet set) {
    if (languages.contains(set.left()) && languages.contains(set.right())) {
      // Tatoeba's ids are numbers of lines: the same number is another sentence in another pair.
      String prefix = set.left() + "-" + set.right() + "/";
      bitext(
          set.name(),
          set.items().stream().map(item -> prefix + item.id()).toList(),
          matrix(set.items(), set.left(), View.CROSS_LINGUAL, Translation::left),
          matrix(set.items(), set.right(), View.CROSS_LINGUAL, Translation::right));
    }
  }

  private void bitext(String set, List<String> ids, float[][] x, float[][] y) {
    BitextError.Answers answers = BitextError.answers(x, y, NEIGHBOURS);
    Numbers margin = column(Block.CROSS_LINGUAL, set, Metric.BITEXT_ERROR_BY_MARGIN);
    Numbers cosine = column(Block.CROSS_LINGUAL, set, Metric.BITEXT_ERROR_BY_COSINE);
    wrong(margin, ids, answers.marginForward());
    wrong(margin, ids, answers.marginBackward());
    wrong(cosine, ids, answers.cosineForward());
    wrong(cosine, ids, answers.cosineBackward());
  }

  private static void wrong(Numbers column, List<String> ids, int[] found) {
    boolean[] wrong = new boolean[found.length];
    IntStream.range(0, found.length).forEach(i -> wrong[i] = found[i] != i);
    column.numbers.add(List.of(new Placed(column.unitsOf(ids), share(wrong))));
  }
}
