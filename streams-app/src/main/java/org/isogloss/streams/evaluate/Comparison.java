package org.isogloss.streams.evaluate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.PairedBootstrap;
import org.isogloss.metrics.PairedBootstrap.Interval;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.metrics.suite.Summary;
import org.isogloss.metrics.suite.Summary.Block;

/**
 * Two runs of one suite, column by column: differences, their 95 % intervals by paired bootstrap
 * over item ids, and p-values corrected by Holm over all columns.
 *
 * @param first the run that the other is compared with
 * @param languages measured by both
 */
public record Comparison(
    RunRecord first, RunRecord second, SortedSet<String> languages, List<Row> rows) {
  /** Under the table. */
  public static final String LEGEND =
      "* p at most 0.05 after Holm: better or worse. (subset) fewer than three languages: no claim.";

  private static final double SIGNIFICANT = 0.05;

  public Comparison {
    rows = List.copyOf(rows);
  }

  /**
   * One column.
   *
   * @param items how many units were drawn from
   * @param difference second minus first, with its interval
   * @param corrected Holm's p-value over all columns
   */
  public record Row(
      Summary.Column column,
      int items,
      double first,
      double second,
      Interval difference,
      double corrected) {
    boolean isSignificant() {
      return corrected <= SIGNIFICANT;
    }
  }

  /**
   * Compares two runs from their vectors on disk.
   *
   * @param draws of the bootstrap, at least 100
   * @throws IsoglossException BAD_OPTION if the runs have nothing in common; BAD_INPUT_FILE if
   *     vectors are gone
   */
  public static Comparison of(
      EvaluationFolder folder, RunRecord first, RunRecord second, int draws, long seed) {
    if (!first.suiteDigest().equals(second.suiteDigest())) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "%s and %s are of different suites".formatted(first.id(), second.id()));
    }
    SortedSet<String> languages = new TreeSet<>(first.languages());
    languages.retainAll(second.languages());
    Suite measured =
        EvaluationRun.Setting.measured(
            EvaluationRun.Setting.measured(
                folder.suites().read(first.suiteDigest()), first.tasks()),
            second.tasks());
    Map<Summary.Key, Evidence.Column> before = evidence(folder, first, measured, languages);
    Map<Summary.Key, Evidence.Column> after = evidence(folder, second, measured, languages);
    PairedBootstrap bootstrap = new PairedBootstrap(draws, seed);
    // What one of them has no number for cannot be compared.
    Set<Summary.Key> defined = defined(second, languages);
    defined.retainAll(defined(first, languages));
    List<Row> rows = new ArrayList<>();
    for (Summary.Column column : Summary.columns(within(first, languages))) {
      Summary.Key key = column.key();
      Evidence.Column one = before.get(key);
      Evidence.Column other = after.get(key);
      if (one != null && other != null && defined.contains(key)) {
        rows.add(row(column, one, other, bootstrap));
      }
    }
    if (rows.isEmpty()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "%s and %s have no column in common".formatted(first.id(), second.id()));
    }
    return new Comparison(first, second, languages, corrected(rows));
  }

  private static Set<Summary.Key> defined(RunRecord run, SortedSet<String> languages) {
    Set<Summary.Key> keys = new HashSet<>();
    for (Summary.Column column : Summary.columns(within(run, languages))) {
      if (column.value().isPresent()) {
        keys.add(column.key());
      }
    }
    return keys;
  }

  private static Row row(
      Summary.Column column,
      Evidence.Column one,
      Evidence.Column other,
      PairedBootstrap bootstrap) {
    double first = one.value();
    double second = other.value();
    double[] differences = other.drawn(bootstrap);
    double[] before = one.drawn(bootstrap);
    for (int d = 0; d < differences.length; d++) {
      differences[d] -= before[d];
    }
    Interval interval = PairedBootstrap.interval(second - first, differences);
    return new Row(column, one.unitCount(), first, second, interval, interval.p());
  }

  private static List<Row> corrected(List<Row> rows) {
    double[] holm =
        PairedBootstrap.holm(rows.stream().mapToDouble(row -> row.difference().p()).toArray());
    List<Row> corrected = new ArrayList<>();
    for (int i = 0; i < holm.length; i++) {
      Row row = rows.get(i);
      corrected.add(
          new Row(row.column(), row.items(), row.first(), row.second(), row.difference(), holm[i]));
    }
    return corrected;
  }

  private static Map<Summary.Key, Evidence.Column> evidence(
      EvaluationFolder folder, RunRecord run, Suite suite, SortedSet<String> languages) {
    SortedSet<String> present = new TreeSet<>(languages);
    present.retainAll(suite.languages());
    try (VectorStore vectors = VectorStore.read(folder.vectors(), run.identity(), present)) {
      return Evidence.of(suite, languages, vectors);
    }
  }

  /** The scores on these languages alone; those of all languages count as such. */
  private static List<Score> within(RunRecord run, SortedSet<String> languages) {
    return run.scores().stream()
        .filter(
            score ->
                score.languages().isEmpty()
                    || List.of(score.languages().split("-", -1)).stream()
                        .allMatch(languages::contains))
        .toList();
  }

  /** The comparison as a table. */
  public ReportTable table() {
    List<List<String>> lines = new ArrayList<>();
    for (Row row : rows) {
      Metric metric = row.column().metric();
      lines.add(
          List.of(
              name(row.column()),
              RunTables.number(metric, Optional.of(row.first())),
              RunTables.number(metric, Optional.of(row.second())),
              RunTables.number(metric, Optional.of(row.second() - row.first())),
              "[%s, %s]"
                  .formatted(
                      RunTables.number(metric, Optional.of(row.difference().low())),
                      RunTables.number(metric, Optional.of(row.difference().high()))),
              String.format(Locale.ROOT, "%.4f%s", row.corrected(), row.isSignificant() ? "*" : ""),
              verdict(row),
              Integer.toString(row.items())));
    }
    return new ReportTable(
        "%s against %s".formatted(second.id(), first.id()),
        List.of(
            "column", "first", "second", "difference", "95 % interval", "p (Holm)", "", "items"),
        lines);
  }

  private static String name(Summary.Column column) {
    return block(column.block())
        + ": "
        + RunTables.name(column)
        + (column.isSubset() ? " (subset)" : "");
  }

  private static String verdict(Row row) {
    if (!row.isSignificant()) {
      return "";
    }
    boolean rose = Objects.compare(row.second(), row.first(), Double::compare) > 0;
    return rose == row.column().metric().higherIsBetter() ? "better" : "worse";
  }

  private static String block(Block block) {
    return switch (block) {
      case MONOLINGUAL -> "mono";
      case MONOLINGUAL_WITH_ALIGNMENT -> "mono in cross-lingual view";
      case CROSS_LINGUAL -> "cross";
      case LANGUAGE_BIAS -> "bias";
      case GEOMETRY -> "geometry";
    };
  }
}
