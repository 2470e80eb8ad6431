package org.isogloss.streams.evaluate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.isogloss.encoder.space.View;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;
import org.isogloss.metrics.suite.Summary;
import org.isogloss.metrics.suite.Summary.Block;
import org.isogloss.metrics.suite.Summary.Column;

/** A run's numbers as tables: the paper's columns first, then per set, language and pair. */
public final class RunTables {
  /** Under every table that may hold a mark. */
  public static final String LEGEND =
      "* fewer than three languages: a subset, no claim. ! some of its numbers, or of the sets of a "
          + "bias, are undefined and left out. [low, high] 95 % interval of a number that rests on fewer than 500 items.";

  private static final int SMALL_SET = 500;

  private RunTables() {}

  /** The paper's columns: monolingual in both views, cross-lingual, bias and RSIM. */
  public static List<ReportTable> summary(RunRecord run) {
    List<Column> columns = Summary.columns(run.scores());
    List<ReportTable> tables = new ArrayList<>();
    List<Column> mono = of(columns, Block.MONOLINGUAL);
    List<Column> aligned = of(columns, Block.MONOLINGUAL_WITH_ALIGNMENT);
    if (!mono.isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      rows.add(row("monolingual view", mono));
      rows.add(row("cross-lingual view (%s)".formatted(run.alignment()), aligned));
      tables.add(new ReportTable("Monolingual", heading(mono), rows));
    }
    String crossView = "cross-lingual view (%s)".formatted(run.alignment());
    add(tables, "Cross-lingual", crossView, of(columns, Block.CROSS_LINGUAL));
    List<Column> geometry = new ArrayList<>(of(columns, Block.LANGUAGE_BIAS));
    geometry.addAll(of(columns, Block.GEOMETRY));
    add(tables, "Language bias and RSIM", crossView, geometry);
    return tables;
  }

  private static void add(
      List<ReportTable> tables, String title, String name, List<Column> columns) {
    if (!columns.isEmpty()) {
      tables.add(new ReportTable(title, heading(columns), List.of(row(name, columns))));
    }
  }

  private static List<Column> of(List<Column> columns, Block block) {
    return columns.stream().filter(column -> column.block() == block).toList();
  }

  private static List<String> heading(List<Column> columns) {
    List<String> heading = new ArrayList<>(List.of("view"));
    columns.forEach(column -> heading.add(name(column)));
    return heading;
  }

  /** Such as {@code stsb}, or {@code tatoeba error (margin) to en}. */
  public static String name(Column column) {
    return column.name()
        + switch (column.metric()) {
          case MONOLINGUAL_SIMILARITY, CROSS_LINGUAL_SIMILARITY -> "";
          case MONOLINGUAL_ACCURACY -> " accuracy";
          case MONOLINGUAL_MACRO_F1, TRANSFER_MACRO_F1 -> " macro-F1";
          case TRANSFER_ACCURACY -> " accuracy";
          case BITEXT_ERROR_BY_MARGIN -> " error (margin)";
          case BITEXT_ERROR_BY_COSINE -> " error (cosine)";
          case BITEXT_F1_BY_COSINE -> " F1 (cosine)";
          case LANGUAGE_BIAS -> " bias";
          case LANGUAGE_BIAS_WITH_MONOLINGUAL -> " bias (with monolingual)";
          case REPRESENTATION_SIMILARITY -> " RSIM";
        }
        + switch (column.pairs()) {
          case ALL -> isTransfer(column.metric()) ? " from every language" : "";
          case FROM_ENGLISH -> " from en";
          case TO_ENGLISH -> " to en";
          case WITH_ENGLISH -> " with en";
        };
  }

  private static boolean isTransfer(Metric metric) {
    return metric == Metric.TRANSFER_ACCURACY || metric == Metric.TRANSFER_MACRO_F1;
  }

  private static List<String> row(String name, List<Column> columns) {
    List<String> row = new ArrayList<>(List.of(name));
    for (Column column : columns) {
      row.add(
          number(column.metric(), column.value())
              + (column.isSubset() ? "*" : "")
              + (column.undefined() > 0 ? "!" : ""));
    }
    return row;
  }

  /** A number as its metric is usually printed; {@code -} where there is none. */
  public static String number(Metric metric, Optional<Double> value) {
    String format = metric == Metric.REPRESENTATION_SIMILARITY ? "%.3f" : "%.2f";
    return value.map(v -> String.format(Locale.ROOT, format, v)).orElse("-");
  }

  /** A number, with its interval if it rests on few items. */
  static String number(Score score) {
    String number = number(score.metric(), score.value());
    return score
        .interval()
        .filter(interval -> score.items() < SMALL_SET)
        .map(
            interval ->
                "%s [%s, %s]"
                    .formatted(
                        number,
                        number(score.metric(), Optional.of(interval.low())),
                        number(score.metric(), Optional.of(interval.high()))))
        .orElse(number);
  }

  /** Per set, per language, and per pair of languages. */
  public static List<ReportTable> details(RunRecord run) {
    List<ReportTable> tables = new ArrayList<>();
    for (View view : View.values()) {
      String title =
          view == View.MONOLINGUAL
              ? "Per language, monolingual view"
              : "Per language, cross-lingual view (%s)".formatted(run.alignment());
      perLanguage(run, view, title).ifPresent(tables::add);
    }
    tables.addAll(perPair(run));
    return tables;
  }

  private static Optional<ReportTable> perLanguage(RunRecord run, View view, String title) {
    return grid(
        run,
        title,
        "language",
        s ->
            s.view() == view
                && (s.metric() == Metric.MONOLINGUAL_SIMILARITY
                    || s.metric() == Metric.MONOLINGUAL_ACCURACY
                    || s.metric() == Metric.MONOLINGUAL_MACRO_F1),
        s -> s.set() + " " + s.metric().label());
  }

  private static List<ReportTable> perPair(RunRecord run) {
    List<ReportTable> tables = new ArrayList<>();
    SortedSet<String> sets = new TreeSet<>();
    run.scores().forEach(s -> sets.add(s.set()));
    for (String set : sets) {
      grid(
              run,
              "Per language pair, " + set,
              "pair",
              s ->
                  s.set().equals(set)
                      && s.view() == View.CROSS_LINGUAL
                      && s.languages().indexOf('-') > 0,
              s -> s.metric().label())
          .ifPresent(tables::add);
    }
    return tables;
  }

  private static Optional<ReportTable> grid(
      RunRecord run,
      String title,
      String corner,
      Predicate<Score> which,
      Function<Score, String> column) {
    SortedSet<String> columns = new TreeSet<>();
    SortedMap<String, Map<String, Score>> rows = new TreeMap<>();
    run.scores().stream()
        .filter(which)
        .forEach(
            score -> {
              columns.add(column.apply(score));
              rows.computeIfAbsent(score.languages(), l -> new TreeMap<>())
                  .put(column.apply(score), score);
            });
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    List<String> heading = new ArrayList<>(List.of(corner));
    heading.addAll(columns);
    List<List<String>> lines = new ArrayList<>();
    rows.forEach(
        (languages, scores) -> {
          List<String> line = new ArrayList<>(Collections.singletonList(languages));
          for (String name : columns) {
            Score score = scores.get(name);
            line.add(score == null ? "" : number(score));
          }
          lines.add(line);
        });
    return Optional.of(new ReportTable(title, heading, lines));
  }
}
