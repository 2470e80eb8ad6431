package org.isogloss.streams.command;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.ObjIntConsumer;

/**
 * Compares ways of doing the same work: each way once a round, round after round, so that a busy
 * neighbour on the machine falls on all of them; medians over the rounds. The first round warms up
 * and does not count.
 */
final class InterleavedRounds {
  /** One way. */
  @FunctionalInterface
  interface Measurement {
    /** Does the work once and says its rate, greater is better. */
    double rate() throws Exception;
  }

  private InterleavedRounds() {}

  /**
   * @param rounds how many count, at least one
   * @param listener told of every measurement's name and the round it begins, 0 for the warm-up
   * @return the median rate of each, in the order given
   */
  static SequencedMap<String, Double> medians(
      SequencedMap<String, Measurement> ways, int rounds, ObjIntConsumer<String> listener)
      throws Exception {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds: " + rounds);
    }
    Map<String, double[]> rates = new LinkedHashMap<>();
    ways.keySet().forEach(name -> rates.put(name, new double[rounds]));
    for (int round = 0; round <= rounds; round++) {
      for (Map.Entry<String, Measurement> way : ways.entrySet()) {
        listener.accept(way.getKey(), round);
        double rate = way.getValue().rate();
        double[] ofThisWay = rates.get(way.getKey());
        if (round > 0 && ofThisWay != null) {
          ofThisWay[round - 1] = rate;
        }
      }
    }
    SequencedMap<String, Double> medians = new LinkedHashMap<>();
    rates.forEach((name, ofThisWay) -> medians.put(name, median(ofThisWay)));
    return medians;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
