package org.isogloss.streams.send;

import java.util.Locale;

/** The ids of sentences that are lines of a source: one rule for all who make them. */
public final class LineIds {
  private LineIds() {}

  /**
   * The id of a line, such as {@code de.txt:000000042}: padded, so that ids are ordered as the
   * lines are.
   *
   * @param source names the file or stream
   * @param line counted from 1
   */
  public static String of(String source, long line) {
    return String.format(Locale.ROOT, "%s:%09d", source, line);
  }
}
