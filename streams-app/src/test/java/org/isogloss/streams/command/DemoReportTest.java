package org.isogloss.streams.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DemoReportTest {

  @Test
  void theTableEndsWithTheMeansAndThePairsFollow() {
    DemoReport report = new DemoReport("en");
    report.add(new DemoReport.Language("en", 140, 300, 0, 0, 0, List.of()));
    report.add(
        new DemoReport.Language(
            "de",
            140,
            310.4,
            110,
            0.9,
            0.99,
            List.of(new DemoReport.BestPair(1.25, true, "Guten Tag.", "Good day."))));
    report.add(
        new DemoReport.Language(
            "ko",
            138,
            200,
            100,
            0.7,
            0.61,
            List.of(new DemoReport.BestPair(1.125, false, "물", "fire"))));
    assertThat(report.text())
        .isEqualTo(
            """
            language  sentences  tokens/s    pairs  precision  recall
            --------  ---------  --------  -------  ---------  ------
            en              140       300  (pivot)
            de              140       310      110     90.0 %  99.0 %
            ko              138       200      100     70.0 %  61.0 %
            all             418       810      210     80.0 %  80.0 %

            de-en  1.250 = Guten Tag.
                         Good day.
            ko-en  1.125 ? 물
                         fire
            """);
  }
}
