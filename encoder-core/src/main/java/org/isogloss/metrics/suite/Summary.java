package org.isogloss.metrics.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.isogloss.encoder.space.View;

/**
 * The columns of the paper's tables (Modular Sentence Encoders, ACL 2025, main results), from a
 * run's scores: means over languages or language pairs.
 */
public final class Summary {
  private Summary() {}

  /** The blocks of the table, left to right. */
  public enum Block {
    MONOLINGUAL,
    MONOLINGUAL_WITH_ALIGNMENT,
    CROSS_LINGUAL,
    LANGUAGE_BIAS,
    GEOMETRY
  }

  /** The pairs of languages that a column rests on. */
  public enum Pairs {
    /** All of the set; of a bitext error, in both directions. */
    ALL,
    FROM_ENGLISH,
    TO_ENGLISH,
    /** English and another language, where a pair has no direction. */
    WITH_ENGLISH;

    private static final String ENGLISH = "en";

    /** Whether a score on these languages, such as {@code de-en}, belongs to the column. */
    public boolean holds(String languages) {
      return switch (this) {
        case ALL -> true;
        case FROM_ENGLISH -> languages.startsWith(ENGLISH + "-");
        case TO_ENGLISH -> languages.endsWith("-" + ENGLISH);
        case WITH_ENGLISH -> FROM_ENGLISH.holds(languages) || TO_ENGLISH.holds(languages);
      };
    }
  }

  /** Which column. */
  public record Key(Block block, String name, Metric metric, Pairs pairs) {}

  /**
   * One column.
   *
   * @param name such as {@code stsb}
   * @param value the mean, empty if nothing in it is defined
   * @param languages how many languages it rests on; fewer than three is a subset and no claim
   * @param undefined how many of its scores had no value; of a bias, of those that its sets had
   */
  public record Column(
      Block block,
      String name,
      Metric metric,
      Pairs pairs,
      Optional<Double> value,
      int languages,
      int undefined) {
    public Key key() {
      return new Key(block, name, metric, pairs);
    }

    public boolean isSubset() {
      return languages < 3;
    }
  }

  /** All columns for which there is any score, in the table's order. */
  public static List<Column> columns(List<Score> scores) {
    List<Column> columns = new ArrayList<>();
    SortedSet<String> sets = new TreeSet<>();
    scores.forEach(score -> sets.add(family(score.set())));
    for (View view : View.values()) {
      Block block = view == View.MONOLINGUAL ? Block.MONOLINGUAL : Block.MONOLINGUAL_WITH_ALIGNMENT;
      for (Metric metric :
          List.of(
              Metric.MONOLINGUAL_SIMILARITY,
              Metric.MONOLINGUAL_ACCURACY,
              Metric.MONOLINGUAL_MACRO_F1)) {
        for (String set : sets) {
          add(columns, block, set, metric, Pairs.ALL, scores, s -> s.view() == view);
        }
      }
    }
    for (String set : sets) {
      add(columns, Block.CROSS_LINGUAL, set, Metric.CROSS_LINGUAL_SIMILARITY, Pairs.ALL, scores);
    }
    for (Metric metric : List.of(Metric.TRANSFER_ACCURACY, Metric.TRANSFER_MACRO_F1)) {
      for (String set : sets) {
        // Zero-shot transfer from English, as the paper's abstract says, and from every language.
        for (Pairs pairs : List.of(Pairs.FROM_ENGLISH, Pairs.ALL)) {
          add(columns, Block.CROSS_LINGUAL, set, metric, pairs, scores);
        }
      }
    }
    for (Metric metric : List.of(Metric.BITEXT_ERROR_BY_MARGIN, Metric.BITEXT_ERROR_BY_COSINE)) {
      for (String set : sets) {
        for (Pairs pairs : List.of(Pairs.TO_ENGLISH, Pairs.FROM_ENGLISH, Pairs.ALL)) {
          add(columns, Block.CROSS_LINGUAL, set, metric, pairs, scores);
        }
      }
    }
    for (Metric metric : List.of(Metric.LANGUAGE_BIAS, Metric.LANGUAGE_BIAS_WITH_MONOLINGUAL)) {
      for (String set : sets) {
        add(columns, Block.LANGUAGE_BIAS, set, metric, Pairs.ALL, scores);
      }
    }
    for (String set : sets) {
      for (Pairs pairs : List.of(Pairs.WITH_ENGLISH, Pairs.ALL)) {
        add(columns, Block.GEOMETRY, set, Metric.REPRESENTATION_SIMILARITY, pairs, scores);
      }
    }
    return List.copyOf(columns);
  }

  private static void add(
      List<Column> columns,
      Block block,
      String set,
      Metric metric,
      Pairs pairs,
      List<Score> scores) {
    add(columns, block, set, metric, pairs, scores, score -> pairs.holds(score.languages()));
  }

  private static void add(
      List<Column> columns,
      Block block,
      String set,
      Metric metric,
      Pairs pairs,
      List<Score> scores,
      Predicate<Score> filter) {
    List<Score> chosen =
        scores.stream()
            .filter(s -> s.metric() == metric && family(s.set()).equals(set))
            .filter(filter)
            .toList();
    if (chosen.isEmpty()) {
      return;
    }
    SortedSet<String> languages = new TreeSet<>();
    double sum = 0;
    int defined = 0;
    for (Score score : chosen) {
      for (String language : score.languages().split("-")) {
        languages.add(language);
      }
      if (score.value().isPresent()) {
        sum += score.value().get();
        defined++;
      }
    }
    // A bias is one figure over all the pairs of its set.
    boolean isBias = block == Block.LANGUAGE_BIAS;
    columns.add(
        new Column(
            block,
            set,
            metric,
            pairs,
            defined == 0 ? Optional.empty() : Optional.of(sum / defined),
            isBias ? pairedLanguages(scores, set) : languages.size(),
            isBias ? undefinedSets(scores, set, metric) : chosen.size() - defined));
  }

  /** How many of the similarities whose sets make up a bias have no value. */
  private static int undefinedSets(List<Score> scores, String set, Metric bias) {
    return (int)
        scores.stream()
            .filter(s -> family(s.set()).equals(set) && s.view() == View.CROSS_LINGUAL)
            .filter(
                s ->
                    s.metric() == Metric.CROSS_LINGUAL_SIMILARITY
                        || bias == Metric.LANGUAGE_BIAS_WITH_MONOLINGUAL
                            && s.metric() == Metric.MONOLINGUAL_SIMILARITY)
            .filter(s -> s.value().isEmpty())
            .count();
  }

  private static int pairedLanguages(List<Score> scores, String set) {
    return (int)
        scores.stream()
            .filter(s -> s.metric() == Metric.CROSS_LINGUAL_SIMILARITY)
            .filter(s -> family(s.set()).equals(set))
            .flatMap(s -> Stream.of(s.languages().split("-")))
            .distinct()
            .count();
  }

  /** Tracks of one set make one column. */
  private static String family(String set) {
    int slash = set.indexOf('/');
    return slash < 0 ? set : set.substring(0, slash);
  }
}
