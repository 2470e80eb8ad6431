package org.isogloss.streams.send;

import java.util.List;

/**
 * What was sent.
 *
 * @param sent lines that the broker acknowledged
 * @param refused lines that were not sent: not UTF-8, or far too long for a sentence
 * @param firstRefused the numbers of the first of them, counted from 1
 */
public record SendReport(long sent, long refused, List<Long> firstRefused) {
  public SendReport {
    firstRefused = List.copyOf(firstRefused);
  }
}
