package org.isogloss.streams.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.isogloss.metrics.PairedBootstrap.Interval;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Summary;
import org.isogloss.metrics.suite.Summary.Block;
import org.isogloss.metrics.suite.Summary.Pairs;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final RunRecord RUN = RunRecords.of(List.of("de", "en"), List.of(), List.of());

  private static Comparison.Row row(Metric metric, Pairs pairs, int languages, double corrected) {
    return new Comparison.Row(
        new Summary.Column(
            Block.CROSS_LINGUAL, "toy", metric, pairs, Optional.of(40.0), languages, 0),
        30,
        40,
        50,
        new Interval(10, 1, 19, corrected / 3),
        corrected);
  }

  @Test
  void theTableMarksWhatIsSignificantAndWhatIsASubset() {
    List<Comparison.Row> rows =
        List.of(
            row(Metric.CROSS_LINGUAL_SIMILARITY, Pairs.ALL, 3, 0.05),
            row(Metric.BITEXT_ERROR_BY_MARGIN, Pairs.TO_ENGLISH, 2, 0.0312),
            row(Metric.TRANSFER_ACCURACY, Pairs.ALL, 4, 0.0501),
            row(Metric.TRANSFER_ACCURACY, Pairs.FROM_ENGLISH, 2, 1));
    List<List<String>> said = new ArrayList<>();
    for (List<String> line :
        new Comparison(RUN, RUN, new TreeSet<>(RUN.languages()), rows).table().rows()) {
      said.add(List.of(line.get(0), line.get(5), line.get(6)));
    }
    assertThat(said)
        .containsExactly(
            List.of("cross: toy", "0.0500*", "better"),
            List.of("cross: toy error (margin) to en (subset)", "0.0312*", "worse"),
            List.of("cross: toy accuracy from every language", "0.0501", ""),
            List.of("cross: toy accuracy from en (subset)", "1.0000", ""));
    assertThat(Comparison.LEGEND).startsWith("* p").contains("(subset)");
  }
}
