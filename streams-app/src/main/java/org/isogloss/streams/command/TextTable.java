package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A small table. The first column stands to the left, the others, which are numbers, to the right.
 */
final class TextTable {
  private static final String GAP = "  ";

  private final List<String> heading;
  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... heading) {
    this.heading = List.of(heading);
  }

  /**
   * @throws IllegalArgumentException if there are not as many cells as columns
   */
  TextTable row(String... cells) {
    if (cells.length != heading.size()) {
      throw new IllegalArgumentException(
          "%d cells for %d columns".formatted(cells.length, heading.size()));
    }
    rows.add(List.of(cells));
    return this;
  }

  /** The table in columns of even width, with a line end after every row. */
  String aligned() {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < heading.size(); column++) {
      int width = heading.get(column).length();
      for (List<String> row : rows) {
        width = Math.max(width, row.get(column).length());
      }
      widths.add(width);
    }
    StringBuilder text = new StringBuilder();
    append(text, heading, widths);
    text.append(widths.stream().map(width -> "-".repeat(width)).collect(Collectors.joining(GAP)))
        .append('\n');
    for (List<String> row : rows) {
      append(text, row, widths);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, List<String> cells, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String padding = " ".repeat(widths.get(column) - cell.length());
      if (column == 0) {
        line.append(cell).append(padding);
      } else {
        line.append(GAP).append(padding).append(cell);
      }
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  /** The table in Markdown. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    appendMarkdown(text, heading);
    text.append("|---|").append("---:|".repeat(heading.size() - 1)).append('\n');
    for (List<String> row : rows) {
      appendMarkdown(text, row);
    }
    return text.toString();
  }

  private static void appendMarkdown(StringBuilder text, List<String> cells) {
    cells.forEach(cell -> text.append("| ").append(cell.replace("|", "\\|")).append(' '));
    text.append("|\n");
  }
}
