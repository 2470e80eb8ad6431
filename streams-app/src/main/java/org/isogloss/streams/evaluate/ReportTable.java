package org.isogloss.streams.evaluate;

import java.util.List;

/**
 * A table of a report, however it is drawn.
 *
 * @param rows each as long as the heading; the first cell names the row
 */
public record ReportTable(String title, List<String> heading, List<List<String>> rows) {
  public ReportTable {
    heading = List.copyOf(heading);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<String> row : rows) {
      if (row.size() != heading.size()) {
        throw new IllegalArgumentException(
            "%d cells for %d columns".formatted(row.size(), heading.size()));
      }
    }
  }
}
