package org.isogloss.streams.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.isogloss.encoder.space.View;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;

/**
 * One run, or two side by side, as one self-contained page: the tables, bars per language and heat
 * maps per pair of languages as inline SVG. Well-formed XML; needs no network and no script.
 */
public final class HtmlReport {
  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem;
        padding: 0 1rem; color: #1d2433; background: #fff; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      .wide { overflow-x: auto; }
      th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #dde2ea; }
      th:first-child, td:first-child { text-align: left; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
      dt { color: #5a6478; } dd { margin: 0; overflow-wrap: anywhere; }
      .runs { display: flex; flex-wrap: wrap; gap: 2rem; }
      svg text { font: 11px system-ui, sans-serif; fill: #1d2433; }
      .note { color: #5a6478; }
      summary { cursor: pointer; }
      """;
  private static final List<String> COLOURS = List.of("#2f6fb5", "#d9822b");
  private static final int BAR_HEIGHT = 9;
  private static final int BAR_SPAN = 360;
  private static final int FEWEST_OF_A_STAR = 4;
  private static final int CELL = 26;
  private static final int MARGIN = 44;

  private final StringBuilder page = new StringBuilder();
  private final List<RunRecord> runs;

  private HtmlReport(List<RunRecord> runs) {
    this.runs = runs;
  }

  /**
   * The page.
   *
   * @param runs one or two
   */
  public static String of(List<RunRecord> runs) {
    if (runs.isEmpty() || runs.size() > COLOURS.size()) {
      throw new IllegalArgumentException("one run or two, not " + runs.size());
    }
    return new HtmlReport(List.copyOf(runs)).page();
  }

  private String page() {
    String title =
        String.join(" and ", runs.stream().map(RunRecord::id).map(HtmlReport::escaped).toList());
    page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
        .append("<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n".formatted(title, STYLE))
        .append("<h1>%s</h1>\n".formatted(title));
    page.append("<div class=\"runs\">\n");
    runs.forEach(this::description);
    page.append("</div>\n");
    for (RunRecord run : runs) {
      if (runs.size() > 1) {
        page.append("<h2>%s</h2>\n".formatted(escaped(run.id())));
      }
      RunTables.summary(run).forEach(this::table);
    }
    page.append("<p class=\"note\">%s</p>\n".formatted(escaped(RunTables.LEGEND)));
    bars(Metric.MONOLINGUAL_SIMILARITY, "Similarity per language, Spearman × 100");
    bars(Metric.MONOLINGUAL_ACCURACY, "Classification per language, accuracy in %");
    heat(Metric.CROSS_LINGUAL_SIMILARITY, "Cross-lingual similarity, Spearman × 100", 0, 100);
    heat(Metric.TRANSFER_ACCURACY, "Zero-shot transfer, accuracy in %, from row to column", 0, 100);
    heat(Metric.BITEXT_ERROR_BY_MARGIN, "Bitext error in % by margin, row to column", 100, 0);
    heat(Metric.REPRESENTATION_SIMILARITY, "RSIM", 0, 1);
    for (RunRecord run : runs) {
      page.append("<details><summary>All numbers of %s</summary>\n".formatted(escaped(run.id())));
      RunTables.details(run).forEach(this::table);
      page.append("</details>\n");
    }
    return page.append("</body>\n</html>\n").toString();
  }

  private void description(RunRecord run) {
    page.append("<dl>");
    entry("run", run.id());
    entry("suite", run.suite() + ", digest " + run.suiteDigest().abbreviated());
    entry(
        "backbone",
        "%s, %d layers, digest %s"
            .formatted(
                run.identity().encoder().backboneName(),
                run.identity().encoder().layers(),
                run.identity().encoder().backbone().abbreviated()));
    entry("modules", run.modules() + "; " + run.alignment());
    entry("route", run.route());
    entry("code", run.codeVersion());
    entry("vectors", run.madeBy());
    entry("started", run.started().toString());
    page.append("</dl>\n");
  }

  private void entry(String name, String value) {
    page.append("<dt>%s</dt><dd>%s</dd>".formatted(escaped(name), escaped(value)));
  }

  private void table(ReportTable table) {
    page.append("<h2>%s</h2>\n<div class=\"wide\"><table>\n".formatted(escaped(table.title())));
    row("th", table.heading());
    table.rows().forEach(cells -> row("td", cells));
    page.append("</table></div>\n");
  }

  private void row(String tag, List<String> cells) {
    page.append("<tr>");
    cells.forEach(cell -> page.append("<%1$s>%2$s</%1$s>".formatted(tag, escaped(cell))));
    page.append("</tr>\n");
  }

  /** A set's bars: a language a group, a run and view a bar. */
  private void bars(Metric metric, String title) {
    SortedSet<String> sets = new TreeSet<>();
    runs.forEach(run -> scores(run, metric).forEach(score -> sets.add(score.set())));
    if (sets.isEmpty()) {
      return;
    }
    page.append("<h2>%s</h2>\n<p class=\"note\">".formatted(escaped(title)));
    for (int r = 0; r < runs.size(); r++) {
      page.append(
          "<svg width=\"12\" height=\"12\"><rect width=\"12\" height=\"12\" fill=\"%s\"/></svg> %s "
              .formatted(COLOURS.get(r), escaped(runs.get(r).id())));
    }
    page.append("(full: monolingual view; pale: cross-lingual view)</p>\n<div class=\"runs\">\n");
    for (String set : sets) {
      setOfBars(metric, set);
    }
    page.append("</div>\n");
  }

  private void setOfBars(Metric metric, String set) {
    SortedMap<String, List<String>> groups = new TreeMap<>();
    for (int r = 0; r < runs.size(); r++) {
      for (View view : View.values()) {
        for (Score score : scores(runs.get(r), metric)) {
          if (score.set().equals(set) && score.view() == view && score.value().isPresent()) {
            double value = score.value().get();
            groups
                .computeIfAbsent(score.languages(), language -> new ArrayList<>())
                .add(bar(value, COLOURS.get(r), view));
          }
        }
      }
    }
    int height = 4;
    StringBuilder drawn = new StringBuilder();
    for (Map.Entry<String, List<String>> group : groups.entrySet()) {
      int middle = height + group.getValue().size() * BAR_HEIGHT / 2 + 4;
      drawn.append(
          "<text x=\"34\" y=\"%d\" text-anchor=\"end\">%s</text>"
              .formatted(middle, escaped(group.getKey())));
      for (String bar : group.getValue()) {
        drawn.append("<g transform=\"translate(40 %d)\">%s</g>\n".formatted(height, bar));
        height += BAR_HEIGHT;
      }
      height += 6;
    }
    page.append(
        """
        <figure><figcaption>%s</figcaption>
        <svg width="%d" height="%d" role="img">%s</svg></figure>
        """
            .formatted(escaped(set), BAR_SPAN + 100, height, drawn));
  }

  private static String bar(double value, String colour, View view) {
    double width = Math.max(0, value) / 100 * BAR_SPAN;
    return String.format(
        Locale.ROOT,
        "<rect width=\"%.1f\" height=\"%d\" fill=\"%s\" fill-opacity=\"%s\"/>"
            + "<text x=\"%.1f\" y=\"%d\">%.1f</text>",
        width,
        BAR_HEIGHT - 1,
        colour,
        view == View.MONOLINGUAL ? "1" : "0.5",
        width + 4,
        BAR_HEIGHT,
        value);
  }

  /**
   * Heat maps of a metric, a set a row, a run beside the other.
   *
   * @param worst drawn white
   * @param best drawn dark
   */
  private void heat(Metric metric, String title, double worst, double best) {
    SortedSet<String> sets = new TreeSet<>();
    runs.forEach(run -> scores(run, metric).forEach(score -> sets.add(score.set())));
    if (sets.isEmpty()) {
      return;
    }
    page.append("<h2>%s</h2>\n".formatted(escaped(title)));
    for (String set : sets) {
      page.append("<div class=\"runs\">\n");
      for (int r = 0; r < runs.size(); r++) {
        heatMap(runs.get(r), metric, set, worst, best);
      }
      page.append("</div>\n");
    }
  }

  private void heatMap(RunRecord run, Metric metric, String set, double worst, double best) {
    SortedSet<String> languages = new TreeSet<>();
    Map<String, Double> values = new TreeMap<>();
    boolean isSymmetric =
        metric == Metric.CROSS_LINGUAL_SIMILARITY || metric == Metric.REPRESENTATION_SIMILARITY;
    for (Score score : scores(run, metric)) {
      List<String> pair = List.of(score.languages().split("-", -1));
      if (score.set().equals(set) && pair.size() == 2 && score.value().isPresent()) {
        languages.addAll(pair);
        values.put(score.languages(), score.value().get());
        if (isSymmetric) {
          values.put(pair.getLast() + "-" + pair.getFirst(), score.value().get());
        }
      }
    }
    Grid grid =
        hub(languages, values.keySet())
            .map(hub -> Grid.star(hub, languages))
            .orElseGet(() -> Grid.square(languages));
    StringBuilder drawn = new StringBuilder();
    for (int i = 0; i < grid.rows().size(); i++) {
      drawn.append(
          "<text x=\"4\" y=\"%d\">%s</text>"
              .formatted(MARGIN + i * CELL + CELL / 2 + 4, escaped(grid.rows().get(i))));
    }
    for (int j = 0; j < grid.columns().size(); j++) {
      drawn.append(
          "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>"
              .formatted(MARGIN + j * CELL + CELL / 2, MARGIN - 8, escaped(grid.columns().get(j))));
    }
    for (int i = 0; i < grid.rows().size(); i++) {
      for (int j = 0; j < grid.columns().size(); j++) {
        List<String> pair = grid.pair(i, j);
        Double value = values.get(String.join("-", pair));
        if (value != null) {
          drawn.append(cell(i, j, pair, value, (value - worst) / (best - worst), metric));
        }
      }
    }
    page.append(
        """
        <figure><figcaption>%s, %s</figcaption>
        <svg width="%d" height="%d" role="img">%s</svg></figure>
        """
            .formatted(
                escaped(set),
                escaped(run.id()),
                MARGIN + grid.columns().size() * CELL + 4,
                MARGIN + grid.rows().size() * CELL + 4,
                drawn));
  }

  /**
   * What the cells of a heat map stand for.
   *
   * @param hub the language of all pairs, if they have one: the first row is towards it, the second
   *     from it
   */
  private record Grid(List<String> rows, List<String> columns, Optional<String> hub) {
    static Grid square(SortedSet<String> languages) {
      List<String> order = List.copyOf(languages);
      return new Grid(order, order, Optional.empty());
    }

    static Grid star(String hub, SortedSet<String> languages) {
      return new Grid(
          List.of("→ " + hub, hub + " →"),
          languages.stream().filter(language -> !language.equals(hub)).toList(),
          Optional.of(hub));
    }

    /** From which language to which. */
    List<String> pair(int row, int column) {
      String other = columns.get(column);
      return hub.map(h -> row == 0 ? List.of(other, h) : List.of(h, other))
          .orElseGet(() -> List.of(rows.get(row), other));
    }
  }

  /** The language that every pair has, where a square would be empty but for a cross. */
  private static Optional<String> hub(SortedSet<String> languages, Set<String> pairs) {
    return languages.size() < FEWEST_OF_A_STAR
        ? Optional.empty()
        : languages.stream()
            .filter(
                language ->
                    pairs.stream()
                        .allMatch(pair -> List.of(pair.split("-", -1)).contains(language)))
            .findFirst();
  }

  private static String cell(
      int row, int column, List<String> pair, double value, double goodness, Metric metric) {
    double depth = Math.max(0, Math.min(1, goodness));
    String format = metric == Metric.REPRESENTATION_SIMILARITY ? "%.2f" : "%.0f";
    String number = String.format(Locale.ROOT, format, value);
    return String.format(
        Locale.ROOT,
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"rgb(%d,%d,%d)\">"
            + "<title>%s to %s: %s</title></rect>"
            + "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" style=\"fill:%s\">%s</text>",
        MARGIN + column * CELL,
        MARGIN + row * CELL,
        CELL - 1,
        CELL - 1,
        Math.round(240 - 210 * depth),
        Math.round(245 - 150 * depth),
        Math.round(250 - 90 * depth),
        escaped(pair.getFirst()),
        escaped(pair.getLast()),
        number,
        MARGIN + column * CELL + CELL / 2,
        MARGIN + row * CELL + CELL / 2 + 4,
        depth > 0.55 ? "#fff" : "#1d2433",
        number);
  }

  private static List<Score> scores(RunRecord run, Metric metric) {
    return run.scores().stream().filter(score -> score.metric() == metric).toList();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
