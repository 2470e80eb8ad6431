package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.isogloss.streams.command.InterleavedRounds.Measurement;
import org.junit.jupiter.api.Test;

class InterleavedRoundsTest {

  @Test
  void everyRoundMeasuresEveryWayAndTheWarmUpDoesNotCount() throws Exception {
    List<String> order = new ArrayList<>();
    double[] ours = {1000, 3, 9, 5};
    SequencedMap<String, Measurement> ways = new LinkedHashMap<>();
    ways.put("ours", () -> ours[(int) order.stream().filter("ours"::equals).count() - 1]);
    ways.put("peer", () -> 2);
    SequencedMap<String, Double> medians =
        InterleavedRounds.medians(ways, 3, (name, round) -> order.add(name));
    assertThat(order)
        .containsExactly("ours", "peer", "ours", "peer", "ours", "peer", "ours", "peer");
    assertThat(medians).containsEntry("ours", 5.0).containsEntry("peer", 2.0);
    assertThat(medians.firstEntry().getKey()).isEqualTo("ours");
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(InterleavedRounds.median(new double[] {4, 1, 3, 10})).isEqualTo(3.5);
    assertThat(InterleavedRounds.median(new double[] {4})).isEqualTo(4);
  }
}
