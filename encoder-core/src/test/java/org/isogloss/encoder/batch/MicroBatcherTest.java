package org.isogloss.encoder.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MicroBatcherTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int SCHEDULES = 3000;

  private record Item(int number, String language, int tokens) {}

  private long now;

  @Test
  void aBatchIsCutWhenTheBudgetIsFull() {
    MicroBatcher<Item> batcher = batcher(20, 10, 100, BatchCost.PADDED);
    add(batcher, 0, "de", 10);
    assertThat(batcher.next()).isEmpty();
    add(batcher, 1, "de", 10);
    assertThat(batcher.next().orElseThrow().items()).hasSize(2);
    assertThat(batcher.next()).isEmpty();
  }

  @Test
  void aBatchIsCutShortWhenTheOldestHasLingered() {
    MicroBatcher<Item> batcher = batcher(1000, 10, 100, BatchCost.PADDED);
    add(batcher, 0, "de", 10);
    now += 4_000_000;
    add(batcher, 1, "de", 10);
    assertThat(batcher.nanosUntilNext()).hasValue(6_000_000);
    now += 5_999_999;
    assertThat(batcher.next()).isEmpty();
    now += 1;
    assertThat(batcher.next().orElseThrow().items()).hasSize(2);
    assertThat(batcher.nanosUntilNext()).isEmpty();
  }

  @Test
  void sentencesOfLikeLengthGoTogether() {
    MicroBatcher<Item> batcher = batcher(60, 10, 100, BatchCost.PADDED);
    for (int i = 0; i < 6; i++) {
      add(batcher, i, "de", i % 2 == 0 ? 20 : 5);
    }
    assertThat(batcher.next().orElseThrow().items()).extracting(Item::tokens).containsOnly(20);
    assertThat(batcher.flush().orElseThrow().items()).extracting(Item::tokens).containsOnly(5);
  }

  @Test
  void rowsAreOrderedByLanguageThenLength() {
    MicroBatcher<Item> batcher = batcher(100, 10, 100, BatchCost.PACKED);
    add(batcher, 0, "tr", 4);
    add(batcher, 1, "de", 9);
    add(batcher, 2, "tr", 3);
    add(batcher, 3, "de", 2);
    assertThat(batcher.flush().orElseThrow().items())
        .extracting(Item::number)
        .containsExactly(3, 1, 2, 0);
  }

  @Test
  void anEngineThatDoesNotPadGetsOneLanguageAtATime() {
    MicroBatcher<Item> batcher = batcher(40, 10, 100, BatchCost.PACKED);
    for (int i = 0; i < 16; i++) {
      add(batcher, i, i % 2 == 0 ? "de" : "tr", 10);
    }
    for (String language : List.of("de", "tr", "de", "tr")) {
      assertThat(batcher.flush().orElseThrow().items())
          .hasSize(4)
          .extracting(Item::language)
          .containsOnly(language);
    }
  }

  @Test
  void rareLanguagesShareAMicroBatchAndFillItWithTheLargestThatFitsWhole() {
    MicroBatcher<Item> batcher = batcher(100, 10, 100, BatchCost.PACKED);
    add(batcher, 0, "am", 10);
    for (int i = 1; i < 21; i++) {
      add(batcher, i, "en", 10);
    }
    add(batcher, 21, "ug", 20);
    add(batcher, 22, "kk", 30);
    assertThat(batcher.flush().orElseThrow().items())
        .extracting(Item::language)
        .containsExactly("am", "kk", "ug");
    assertThat(batcher.flush().orElseThrow().items())
        .hasSize(10)
        .extracting(Item::language)
        .containsOnly("en");
  }

  @Test
  void aZipfMixOfManyLanguagesMeetsFewOfThemInAMicroBatch() {
    Random random = new Random(SEED);
    MicroBatcher<Item> batcher = batcher(2048, 10, 2048, BatchCost.PACKED);
    for (int i = 0; i < 20_000; i++) {
      int language = (int) Math.exp(random.nextDouble() * Math.log(17)) - 1;
      add(batcher, i, "q" + (char) ('a' + language), 5 + random.nextInt(30));
    }
    double languages = 0;
    double tokens = 0;
    int batches = 0;
    for (Optional<MicroBatch<Item>> b = batcher.flush(); b.isPresent(); b = batcher.flush()) {
      languages += b.get().items().stream().map(Item::language).distinct().count();
      tokens += b.get().tokens();
      batches++;
    }
    assertThat(languages / batches).as("seed %d", SEED).isLessThan(3);
    assertThat(tokens / batches).as("seed %d", SEED).isGreaterThan(0.8 * 2048);
  }

  @Test
  void aSentenceOverTheBudgetGoesAlone() {
    MicroBatcher<Item> batcher = batcher(10, 10, 100, BatchCost.PACKED);
    add(batcher, 0, "de", 50);
    add(batcher, 1, "de", 3);
    assertThat(batcher.next().orElseThrow().items()).extracting(Item::number).containsExactly(0);
    assertThat(batcher.flush().orElseThrow().items()).extracting(Item::number).containsExactly(1);
  }

  @Test
  void noScheduleLosesDoublesOverfillsOrStarves() {
    for (int schedule = 0; schedule < SCHEDULES; schedule++) {
      long seed = SEED + schedule;
      Random random = new Random(seed);
      String description = "seed " + seed;
      BatchPolicy policy =
          new BatchPolicy(
              1 + random.nextInt(200),
              Duration.ofNanos(random.nextInt(1000)),
              1 + random.nextInt(40),
              random.nextBoolean() ? BatchCost.PADDED : BatchCost.PACKED);
      MicroBatcher<Item> batcher = new MicroBatcher<>(policy, () -> now);
      List<List<Item>> cuts = new ArrayList<>();
      Map<Integer, Integer> cutsAtArrival = new HashMap<>();
      Map<Integer, Integer> aheadAtArrival = new HashMap<>();
      int total = 1 + random.nextInt(120);
      for (int i = 0; i < total; i++) {
        now += random.nextInt(200);
        aheadAtArrival.put(i, batcher.waitingSentences());
        cutsAtArrival.put(i, cuts.size());
        Item item = new Item(i, random.nextBoolean() ? "de" : "tr", 1 + random.nextInt(60));
        batcher.add(item, item.language(), item.tokens());
        while (random.nextInt(3) == 0) {
          boolean due = batcher.nanosUntilNext().orElse(1) == 0;
          Optional<MicroBatch<Item>> batch = batcher.next();
          assertThat(batch.isPresent()).as(description).isEqualTo(due);
          batch.ifPresent(b -> cuts.add(checked(b, policy, description)));
        }
      }
      for (Optional<MicroBatch<Item>> b = batcher.flush(); b.isPresent(); b = batcher.flush()) {
        cuts.add(checked(b.get(), policy, description));
      }
      assertThat(batcher.waitingSentences()).as(description).isZero();
      assertThat(batcher.waitingTokens()).as(description).isZero();
      assertThat(cuts.stream().flatMap(List::stream).map(Item::number).sorted().toList())
          .as(description)
          .isEqualTo(IntStream.range(0, total).boxed().toList());
      for (int cut = 0; cut < cuts.size(); cut++) {
        for (Item item : cuts.get(cut)) {
          // Each cut takes the oldest, so those ahead are an upper bound on the cuts waited for.
          assertThat(cut - cutsAtArrival.getOrDefault(item.number(), 0))
              .as(description)
              .isLessThanOrEqualTo(aheadAtArrival.getOrDefault(item.number(), 0));
        }
      }
    }
  }

  @Test
  void theOldestOfTheLookAheadIsInEveryBatch() {
    Random random = new Random(SEED);
    MicroBatcher<Item> batcher = batcher(64, 10, 16, BatchCost.PADDED);
    for (int i = 0; i < 500; i++) {
      add(batcher, i, "de", 1 + random.nextInt(30));
    }
    TreeSet<Integer> waiting = new TreeSet<>(IntStream.range(0, 500).boxed().toList());
    while (!waiting.isEmpty()) {
      List<Integer> numbers =
          batcher.flush().orElseThrow().items().stream().map(Item::number).toList();
      assertThat(numbers).as("seed %d", SEED).contains(waiting.first());
      numbers.forEach(waiting::remove);
    }
  }

  @Test
  void aWideLookAheadLeavesLittlePadding() {
    Random random = new Random(SEED);
    MicroBatcher<Item> batcher = batcher(2048, 10, 1024, BatchCost.PADDED);
    double padded = 0;
    double tokens = 0;
    for (int i = 0; i < 20_000; i++) {
      add(batcher, i, "de", 4 + (int) Math.min(120, Math.exp(2.6 + 0.6 * random.nextGaussian())));
    }
    for (Optional<MicroBatch<Item>> b = batcher.flush(); b.isPresent(); b = batcher.flush()) {
      padded += (double) b.get().items().size() * b.get().longest();
      tokens += b.get().tokens();
    }
    assertThat(1 - tokens / padded).as("seed %d", SEED).isLessThan(0.1);
  }

  @Test
  void theSameScheduleGivesTheSameBatches() {
    assertThat(batchesOf(SEED)).isEqualTo(batchesOf(SEED));
  }

  private List<List<Item>> batchesOf(long seed) {
    Random random = new Random(seed);
    now = 0;
    MicroBatcher<Item> batcher = batcher(100, 1, 20, BatchCost.PADDED);
    List<List<Item>> batches = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      now += random.nextInt(1_000_000);
      add(batcher, i, random.nextBoolean() ? "de" : "en", 1 + random.nextInt(40));
      batcher.next().ifPresent(b -> batches.add(b.items()));
    }
    return batches;
  }

  private static List<Item> checked(
      MicroBatch<Item> batch, BatchPolicy policy, String description) {
    List<Item> items = batch.items();
    int longest = items.stream().mapToInt(Item::tokens).max().orElseThrow();
    long sum = items.stream().mapToLong(Item::tokens).sum();
    assertThat(batch.longest()).as(description).isEqualTo(longest);
    assertThat(batch.tokens()).as(description).isEqualTo(sum);
    if (items.size() > 1) {
      long cost = policy.cost() == BatchCost.PADDED ? (long) items.size() * longest : sum;
      assertThat(cost).as(description).isLessThanOrEqualTo(policy.tokenBudget());
    }
    assertThat(items)
        .as(description)
        .isSortedAccordingTo(Comparator.comparing(Item::language).thenComparingInt(Item::tokens));
    return items;
  }

  private MicroBatcher<Item> batcher(int budget, int lingerMillis, int lookAhead, BatchCost cost) {
    return new MicroBatcher<>(
        new BatchPolicy(budget, Duration.ofMillis(lingerMillis), lookAhead, cost), () -> now);
  }

  private static void add(MicroBatcher<Item> batcher, int number, String language, int tokens) {
    Item item = new Item(number, language, tokens);
    batcher.add(item, language, tokens);
  }
}
