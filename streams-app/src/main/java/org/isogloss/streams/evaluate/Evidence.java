package org.isogloss.streams.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.isogloss.encoder.space.View;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.BitextError;
import org.isogloss.metrics.LanguageBias;
import org.isogloss.metrics.LanguageBias.ScoredSet;
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
import org.isogloss.metrics.suite.Summary;
import org.isogloss.metrics.suite.Summary.Block;
import org.isogloss.metrics.suite.Summary.Pairs;
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
  private static final String ENGLISH = "en";

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

  /**
   * Languages and the rows that they all have.
   *
   * @param languages at least two, each {@code [rows][dimension]}
   * @param units of the rows
   * @param onlyWithFirst of the pairs of languages, those with the first
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Corpus(List<float[][]> languages, int[] units, boolean onlyWithFirst) {
    int pairs() {
      int n = languages.size();
      return onlyWithFirst ? n - 1 : n * (n - 1) / 2;
    }

    /** The mean over its pairs in each draw of units. */
    double[] means(int[][] draws) {
      int[][] counts = new int[draws.length][units.length];
      for (int d = 0; d < draws.length; d++) {
        for (int row = 0; row < units.length; row++) {
          counts[d][row] = draws[d][units[row]];
        }
      }
      return onlyWithFirst
          ? RepresentationSimilarity.meansWithFirst(languages, counts)
          : RepresentationSimilarity.meansOfDraws(languages, counts);
    }
  }

  /** RSIM: the mean over the pairs of languages of its corpora. */
  private record Geometry(List<Corpus> corpora, int unitCount) implements Column {
    @Override
    public double value() {
      int[] once = new int[unitCount];
      Arrays.fill(once, 1);
      return at(new int[][] {once})[0];
    }

    @Override
    public double[] drawn(PairedBootstrap bootstrap) {
      return at(bootstrap.counts(unitCount));
    }

    private double[] at(int[][] draws) {
      double[] means = new double[draws.length];
      int pairs = corpora.stream().mapToInt(Corpus::pairs).sum();
      for (Corpus corpus : corpora) {
        double[] each = corpus.means(draws);
        for (int d = 0; d < means.length; d++) {
          means[d] += each[d] * corpus.pairs() / pairs;
        }
      }
      return means;
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
      return Evidence.unitsOf(units, ids);
    }
  }

  private final Suite suite;
  private final Set<String> languages;
  private final Vectors vectors;
  private final Map<Summary.Key, Column> columns = new LinkedHashMap<>();
  private final Map<Summary.Key, Numbers> numbers = new LinkedHashMap<>();

  private Evidence(Suite suite, Collection<String> languages, Vectors vectors) {
    this.suite = suite;
    this.languages = Set.copyOf(languages);
    this.vectors = vectors;
  }

  /** All columns, measured on the test split. */
  static Map<Summary.Key, Column> of(Suite suite, Collection<String> languages, Vectors vectors) {
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
    return column(block, set, metric, Pairs.ALL);
  }

  private Numbers column(Block block, String set, Metric metric, Pairs pairs) {
    int slash = set.indexOf('/');
    String family = slash < 0 ? set : set.substring(0, slash);
    Summary.Key key = new Summary.Key(block, family, metric, pairs);
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
                Optional<Series> series =
                    series(
                        ids(items, ""),
                        matrix(items, language, view, ScoredPair::first),
                        matrix(items, language, view, ScoredPair::second),
                        gold(items));
                series.ifPresent(
                    each -> {
                      Numbers column =
                          column(monolingual(view), set.name(), Metric.MONOLINGUAL_SIMILARITY);
                      column.numbers.add(List.of(placed(column, each)));
                      if (view == View.CROSS_LINGUAL) {
                        monolingual.add(each);
                      }
                    });
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
      Optional<Series> there =
          series(
              ids,
              matrix(pair.leftItems(), pair.left(), view, ScoredPair::first),
              matrix(pair.rightItems(), pair.right(), view, ScoredPair::second),
              gold);
      Optional<Series> back =
          series(
              ids,
              matrix(pair.rightItems(), pair.right(), view, ScoredPair::first),
              matrix(pair.leftItems(), pair.left(), view, ScoredPair::second),
              gold);
      if (there.isPresent() && back.isPresent()) {
        Numbers column = column(Block.CROSS_LINGUAL, set.name(), Metric.CROSS_LINGUAL_SIMILARITY);
        column.numbers.add(
            List.of(placed(column, there.orElseThrow()), placed(column, back.orElseThrow())));
      }
      there.ifPresent(bilingual::add);
      back.ifPresent(bilingual::add);
    }
    if (!bilingual.isEmpty()) {
      bias(set.name(), Metric.LANGUAGE_BIAS, bilingual);
      List<Series> all = new ArrayList<>(bilingual);
      all.addAll(monolingual);
      bias(set.name(), Metric.LANGUAGE_BIAS_WITH_MONOLINGUAL, all);
    }
  }

  /** Empty if there is no correlation: the run's own table has no number there either. */
  private static Optional<Series> series(
      List<String> ids, float[][] first, float[][] second, double[] gold) {
    try {
      Series series = new Series(ids, Similarity.cosines(first, second), gold);
      return LanguageBias.defined(List.of(new ScoredSet(series.cosines(), gold))).isEmpty()
          ? Optional.empty()
          : Optional.of(series);
    } catch (IsoglossException e) {
      return Optional.empty();
    }
  }

  private static Placed placed(Numbers column, Series series) {
    return new Placed(column.unitsOf(series.ids()), spearman(series.cosines(), series.gold()));
  }

  private void bias(String set, Metric metric, List<Series> sets) {
    Numbers column = column(Block.LANGUAGE_BIAS, set, metric);
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
      // Equal ids of two tracks are not the same item.
      String prefix = "%s.%s-%s/".formatted(track.name(), track.left(), track.right());
      series(
              ids(track.items(), prefix),
              matrix(track.items(), track.left(), view, ScoredPair::first),
              matrix(track.items(), track.right(), view, ScoredPair::second),
              gold(track.items()))
          .ifPresent(
              series -> {
                Numbers column =
                    column(
                        monolingual ? monolingual(view) : Block.CROSS_LINGUAL,
                        track.name(),
                        monolingual
                            ? Metric.MONOLINGUAL_SIMILARITY
                            : Metric.CROSS_LINGUAL_SIMILARITY);
                column.numbers.add(List.of(placed(column, series)));
              });
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
          boolean isTransfer = !isMonolingual && view == View.CROSS_LINGUAL;
          List<LabelledText> test = set.items(target, Split.TEST);
          if (!languages.contains(target) || !(isMonolingual || isTransfer) || test.isEmpty()) {
            continue;
          }
          List<String> found;
          try {
            found = classifier.predict(matrix(test, target, view, LabelledText::text));
          } catch (IsoglossException e) {
            continue;
          }
          List<String> gold = test.stream().map(LabelledText::label).toList();
          boolean[] right = new boolean[test.size()];
          for (int i = 0; i < right.length; i++) {
            right[i] = found.get(i).equals(gold.get(i));
          }
          List<String> ids = test.stream().map(LabelledText::id).toList();
          if (isMonolingual) {
            Block block = monolingual(view);
            add(column(block, set.name(), Metric.MONOLINGUAL_ACCURACY), ids, share(right));
            add(column(block, set.name(), Metric.MONOLINGUAL_MACRO_F1), ids, macroF1(gold, found));
          } else {
            for (Pairs pairs : holding(source + "-" + target, Pairs.ALL, Pairs.FROM_ENGLISH)) {
              Block block = Block.CROSS_LINGUAL;
              add(column(block, set.name(), Metric.TRANSFER_ACCURACY, pairs), ids, share(right));
              add(
                  column(block, set.name(), Metric.TRANSFER_MACRO_F1, pairs),
                  ids,
                  macroF1(gold, found));
            }
          }
        }
      }
    }
  }

  private static void add(Numbers column, List<String> ids, Part part) {
    column.numbers.add(List.of(new Placed(column.unitsOf(ids), part)));
  }

  private static List<Pairs> holding(String languages, Pairs... pairs) {
    return Arrays.stream(pairs).filter(each -> each.holds(languages)).toList();
  }

  /**
   * Translations of two languages.
   *
   * @param ids of the rows
   * @param x {@code [rows][dimension]} of the left language
   * @param y likewise of the right one
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Parallel(String left, String right, List<String> ids, float[][] x, float[][] y) {}

  private void parallel(ClassificationSet set) {
    List<String> measured = set.languages().stream().filter(languages::contains).toList();
    Map<String, Map<String, float[]>> byId = new TreeMap<>();
    for (String language : measured) {
      Map<String, float[]> rows = new LinkedHashMap<>();
      for (LabelledText item : set.corpus(language)) {
        rows.put(item.id(), vectors.vector(language, item.text(), View.CROSS_LINGUAL));
      }
      byId.put(language, rows);
    }
    List<Parallel> pairs = new ArrayList<>();
    for (ClassificationSet.Aligned pair : set.alignedPairs(measured)) {
      List<String> ids = pair.leftItems().stream().map(LabelledText::id).toList();
      pairs.add(
          new Parallel(
              pair.left(),
              pair.right(),
              ids,
              rows(byId.getOrDefault(pair.left(), Map.of()), ids),
              rows(byId.getOrDefault(pair.right(), Map.of()), ids)));
    }
    pairs.forEach(pair -> bitext(set.name(), pair));
    boolean isWhole =
        set.isParallel(measured)
            && hasGeometry(byId.values().stream().map(Evidence::matrix).toList());
    for (Pairs which : List.of(Pairs.ALL, Pairs.WITH_ENGLISH)) {
      Map<String, Integer> units = new LinkedHashMap<>();
      List<Corpus> corpora = new ArrayList<>();
      if (isWhole) {
        // All languages together are much faster than pair by pair.
        together(byId, which)
            .ifPresent(
                languages ->
                    corpora.add(
                        new Corpus(
                            languages,
                            unitsOf(units, pairs.getFirst().ids()),
                            which == Pairs.WITH_ENGLISH)));
      } else {
        pairs.stream()
            .filter(pair -> which.holds(pair.left() + "-" + pair.right()))
            .filter(pair -> hasGeometry(List.of(pair.x(), pair.y())))
            .forEach(
                pair ->
                    corpora.add(
                        new Corpus(
                            List.of(pair.x(), pair.y()), unitsOf(units, pair.ids()), false)));
      }
      if (!corpora.isEmpty()) {
        columns.put(
            new Summary.Key(Block.GEOMETRY, set.name(), Metric.REPRESENTATION_SIMILARITY, which),
            new Geometry(List.copyOf(corpora), units.size()));
      }
    }
  }

  private static float[][] rows(Map<String, float[]> byId, List<String> ids) {
    return ids.stream().map(id -> Objects.requireNonNull(byId.get(id))).toArray(float[][]::new);
  }

  private static float[][] matrix(Map<String, float[]> byId) {
    return byId.values().toArray(float[][]::new);
  }

  /** Whether every two of them have an RSIM. */
  private static boolean hasGeometry(List<float[][]> languages) {
    try {
      RepresentationSimilarity.allPairs(languages);
      return languages.size() > 1;
    } catch (IsoglossException e) {
      return false;
    }
  }

  /** All languages; English first where its pairs alone are asked for, empty if it is not there. */
  private static Optional<List<float[][]>> together(
      Map<String, Map<String, float[]>> byId, Pairs which) {
    List<String> order = new ArrayList<>(byId.keySet());
    if (which == Pairs.WITH_ENGLISH) {
      if (!order.remove(ENGLISH)) {
        return Optional.empty();
      }
      order.addFirst(ENGLISH);
    }
    return Optional.of(
        order.stream().map(language -> matrix(byId.getOrDefault(language, Map.of()))).toList());
  }

  private void bitext(BitextSet set) {
    if (languages.contains(set.left()) && languages.contains(set.right())) {
      // Tatoeba's ids are numbers of lines: the same number is another sentence in another pair.
      String prefix = set.left() + "-" + set.right() + "/";
      bitext(
          set.name(),
          new Parallel(
              set.left(),
              set.right(),
              set.items().stream().map(item -> prefix + item.id()).toList(),
              matrix(set.items(), set.left(), View.CROSS_LINGUAL, Translation::left),
              matrix(set.items(), set.right(), View.CROSS_LINGUAL, Translation::right)));
    }
  }

  private void bitext(String set, Parallel pair) {
    BitextError.Answers answers;
    try {
      answers = BitextError.answers(pair.x(), pair.y(), NEIGHBOURS);
    } catch (IsoglossException e) {
      return;
    }
    String there = pair.left() + "-" + pair.right();
    String back = pair.right() + "-" + pair.left();
    wrong(Metric.BITEXT_ERROR_BY_MARGIN, set, there, pair.ids(), answers.marginForward());
    wrong(Metric.BITEXT_ERROR_BY_MARGIN, set, back, pair.ids(), answers.marginBackward());
    wrong(Metric.BITEXT_ERROR_BY_COSINE, set, there, pair.ids(), answers.cosineForward());
    wrong(Metric.BITEXT_ERROR_BY_COSINE, set, back, pair.ids(), answers.cosineBackward());
  }

  private void wrong(Metric metric, String set, String direction, List<String> ids, int[] found) {
    boolean[] wrong = new boolean[found.length];
    IntStream.range(0, found.length).forEach(i -> wrong[i] = found[i] != i);
    for (Pairs pairs : holding(direction, Pairs.ALL, Pairs.TO_ENGLISH, Pairs.FROM_ENGLISH)) {
      add(column(Block.CROSS_LINGUAL, set, metric, pairs), ids, share(wrong));
    }
  }

  private static int[] unitsOf(Map<String, Integer> units, List<String> ids) {
    return ids.stream().mapToInt(id -> units.computeIfAbsent(id, unit -> units.size())).toArray();
  }
}
