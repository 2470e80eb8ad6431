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

  /**
   * One column.
   *
   * @param name such as {@code stsb}
   * @param value the mean, empty if nothing in it is defined
   * @param languages how many languages it rests on; fewer than three is a subset and no claim
   * @param undefined how many of its scores had no value
   */
  public record Column(
      Block block,
      String name,
      Metric metric,
      Optional<Double> value,
      int languages,
      int undefined) {
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
          add(columns, block, set, metric, scores, s -> s.view() == view);
        }
      }
    }
    for (String set : sets) {
      add(columns, Block.CROSS_LINGUAL, set, Metric.CROSS_LINGUAL_SIMILARITY, scores, s -> true);
    }
    for (Metric metric : List.of(Metric.TRANSFER_ACCURACY, Metric.TRANSFER_MACRO_F1)) {
      for (String set : sets) {
        // Zero-shot transfer from English, as the paper's abstract says.
        add(
            columns,
            Block.CROSS_LINGUAL,
            set,
            metric,
            scores,
            s -> s.languages().startsWith("en-"));
      }
    }
    for (Metric metric : List.of(Metric.BITEXT_ERROR_BY_MARGIN, Metric.BITEXT_ERROR_BY_COSINE)) {
      for (String set : sets) {
        add(columns, Block.CROSS_LINGUAL, set, metric, scores, s -> true);
      }
    }
    for (Metric metric : List.of(Metric.LANGUAGE_BIAS, Metric.LANGUAGE_BIAS_WITH_MONOLINGUAL)) {
      for (String set : sets) {
        add(columns, Block.LANGUAGE_BIAS, set, metric, scores, s -> true);
      }
    }
    for (String set : sets) {
      add(columns, Block.GEOMETRY, set, Metric.REPRESENTATION_SIMILARITY, scores, s -> true);
    }
    return List.copyOf(columns);
  }

  private static void add(
      List<Column> columns,
      Block block,
      String set,
      Metric metric,
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
    int count = languages.contains("") ? pairedLanguages(scores, set) : languages.size();
    columns.add(
        new Column(
            block,
            set,
            metric,
            defined == 0 ? Optional.empty() : Optional.of(sum / defined),
            count,
            chosen.size() - defined));
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
