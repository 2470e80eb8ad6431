package org.isogloss.streams.replay;

import java.util.Map;

/**
 * What became of the letters that were meant.
 *
 * @param sent again, by this call; of a trial: would be
 * @param passedOver how many were not, by reason
 */
public record ReplayReport(long sent, Map<PassedOver, Long> passedOver) {
  public ReplayReport {
    passedOver = Map.copyOf(passedOver);
  }

  /** How many were passed over for this reason. */
  public long passedOver(PassedOver reason) {
    return passedOver.getOrDefault(reason, 0L);
  }
}
