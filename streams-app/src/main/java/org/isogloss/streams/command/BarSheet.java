package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What benchmarks have measured against what they shall reach. For one thread. */
final class BarSheet {
  private final List<Entry> entries = new ArrayList<>();

  /**
   * One bar.
   *
   * @param command that measures it, {@code bench mine}
   * @param measured no number: it could not be measured
   * @param bar to be reached
   * @param atMost whether less is better
   */
  private record Entry(
      String command, String what, double measured, double bar, boolean atMost, String unit) {
    boolean isMet() {
      return atMost ? measured <= bar : measured >= bar;
    }
  }

  /** A ratio of which more is better. */
  void atLeast(double bar, String command, String what, double measured) {
    entries.add(new Entry(command, what, measured, bar, false, ""));
  }

  /** A quantity of which less is better. */
  void atMost(double bar, String unit, String command, String what, double measured) {
    entries.add(new Entry(command, what, measured, bar, true, " " + unit));
  }

  /** Whether everything was measured and reaches its bar. */
  boolean allMet() {
    return entries.stream().allMatch(Entry::isMet);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** A row for each bar, in the order of measuring. */
  String markdown() {
    TextTable table = new TextTable("benchmark", "what", "measured", "bar", "");
    for (Entry each : entries) {
      table.row(
          each.command(),
          each.what(),
          Double.isNaN(each.measured()) ? "not measured" : number(each.measured()) + each.unit(),
          (each.atMost() ? "at most " : "") + number(each.bar()) + each.unit(),
          each.isMet() ? "met" : "**short**");
    }
    return table.markdown();
  }

  private static String number(double value) {
    return value >= 100
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.3f", value);
  }
}
