package org.isogloss.trainer.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;

class PromotionRuleTest {
  private static final int ITEMS = 200;
  private static final long SEED = 5;
  private static final Set<HeldOutMetric> MARGIN = Set.of(HeldOutMetric.MARGIN_ERROR);
  private static final Set<HeldOutMetric> BOTH =
      Set.of(HeldOutMetric.MARGIN_ERROR, HeldOutMetric.COSINE_ERROR);

  private static ItemScores scores(IntToDoubleFunction margin, IntToDoubleFunction cosine) {
    return scores(ITEMS, margin, cosine);
  }

  private static ItemScores scores(
      int items, IntToDoubleFunction margin, IntToDoubleFunction cosine) {
    return new ItemScores(
        Map.of(
            HeldOutMetric.MARGIN_ERROR,
            IntStream.range(0, items).mapToDouble(margin).toArray(),
            HeldOutMetric.COSINE_ERROR,
            IntStream.range(0, items).mapToDouble(cosine).toArray()));
  }

  /** The first so many items are wrong. */
  private static IntToDoubleFunction wrong(int first) {
    return item -> item < first ? 100 : 0;
  }

  @Test
  void whatIsBetterOnTheMetricNamedAndAsGoodOnTheOtherIsPromoted() {
    PromotionRule.Verdict verdict =
        new PromotionRule(MARGIN, SEED)
            .compare(scores(wrong(20), wrong(50)), scores(wrong(60), wrong(50)));
    assertThat(verdict.better()).isTrue();
    assertThat(verdict.words())
        .startsWith("better on margin_error: margin_error 30.00 -> 10.00, -20.00 [-")
        .contains("cosine_error 25.00 -> 25.00, +0.00 [+0.00, +0.00]")
        .contains("200 held-out pairs", "seed 5");
  }

  @Test
  void aDifferenceThatChanceWouldGiveIsNotEnough() {
    PromotionRule.Verdict verdict =
        new PromotionRule(MARGIN, SEED)
            .compare(scores(wrong(58), wrong(0)), scores(wrong(60), wrong(0)));
    assertThat(verdict.better()).isFalse();
    assertThat(verdict.words()).startsWith("not better on margin_error");
    assertThat(verdict.comparisons().getFirst().difference().estimate()).isNegative();
  }

  @Test
  void whatIsWorseOnAMetricThatNobodyNamedIsNotPromoted() {
    PromotionRule.Verdict verdict =
        new PromotionRule(MARGIN, SEED)
            .compare(scores(wrong(20), wrong(90)), scores(wrong(60), wrong(50)));
    assertThat(verdict.better()).isFalse();
    assertThat(verdict.words()).startsWith("worse on cosine_error");
  }

  @Test
  void allThatAreNamedMustAgree() {
    ItemScores candidate = scores(wrong(20), wrong(50));
    ItemScores serving = scores(wrong(60), wrong(50));
    assertThat(new PromotionRule(MARGIN, SEED).compare(candidate, serving).better()).isTrue();
    PromotionRule.Verdict verdict = new PromotionRule(BOTH, SEED).compare(candidate, serving);
    assertThat(verdict.better()).isFalse();
    assertThat(verdict.words()).startsWith("not better on cosine_error");
  }

  @Test
  void equalModulesAreSeldomPromoted() {
    Random random = new Random(11);
    int promoted = 0;
    for (int round = 0; round < 40; round++) {
      double[] one = random.doubles(ITEMS).map(x -> x < 0.4 ? 100 : 0).toArray();
      double[] other = random.doubles(ITEMS).map(x -> x < 0.4 ? 100 : 0).toArray();
      boolean better =
          new PromotionRule(MARGIN, round)
              .compare(scores(i -> one[i], wrong(0)), scores(i -> other[i], wrong(0)))
              .better();
      promoted += better ? 1 : 0;
    }
    // 2.5 % are expected; five or more of 40 have a chance below 1 in 300.
    assertThat(promoted).as("seed 11").isLessThan(5);
  }

  @Test
  void theSameSeedGivesTheSameWords() {
    ItemScores candidate = scores(wrong(50), wrong(50));
    ItemScores serving = scores(wrong(60), wrong(50));
    PromotionRule rule = new PromotionRule(MARGIN, SEED);
    assertThat(rule.compare(candidate, serving).words())
        .isEqualTo(new PromotionRule(MARGIN, SEED).compare(candidate, serving).words());
  }

  @Test
  void tooFewItemsAreRefusedAndSoIsAMetricThatThereIsNot() {
    ItemScores few = scores(PromotionRule.FEWEST_ITEMS - 1, wrong(0), wrong(0));
    assertThatThrownBy(() -> new PromotionRule(MARGIN, SEED).compare(few, few))
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LITTLE_DATA));
    assertThatThrownBy(() -> HeldOutMetric.of("test_error"))
        .isInstanceOf(IsoglossException.class)
        .hasMessageContaining("margin_error");
    assertThat(Arrays.stream(HeldOutMetric.values()).map(HeldOutMetric::label))
        .allSatisfy(label -> assertThat(HeldOutMetric.of(label).label()).isEqualTo(label));
  }
}
