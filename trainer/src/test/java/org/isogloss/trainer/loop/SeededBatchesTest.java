package org.isogloss.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeededBatchesTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);

  @Test
  void anEpochHasEveryExampleOnceAndNoBatchExceedsItsBudget() {
    Random random = new Random(SEED);
    for (int trial = 0; trial < 50; trial++) {
      int[] tokens = random.ints(1 + random.nextInt(400), 1, 60).toArray();
      int budget = 20 + random.nextInt(400);
      int most = 1 + random.nextInt(64);
      SeededBatches batches = new SeededBatches(tokens, budget, most, trial);
      List<int[]> epoch = batches.epoch(trial);
      assertThat(epoch.stream().flatMapToInt(Arrays::stream).sorted().toArray())
          .as("seed %d, trial %d", SEED, trial)
          .isEqualTo(IntStream.range(0, tokens.length).toArray());
      for (int[] batch : epoch) {
        int cost = Arrays.stream(batch).map(i -> tokens[i]).sum();
        assertThat(batch.length == 1 || cost <= budget).as("a batch of %d tokens", cost).isTrue();
        assertThat(batch.length).isLessThanOrEqualTo(most);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameBatchesAndEveryEpochOthers() {
    int[] tokens = new Random(SEED).ints(300, 3, 40).toArray();
    SeededBatches batches = new SeededBatches(tokens, 200, 32, 5);
    SeededBatches again = new SeededBatches(tokens, 200, 32, 5);
    SeededBatches other = new SeededBatches(tokens, 200, 32, 6);
    assertThat(again.epoch(3)).usingRecursiveComparison().isEqualTo(batches.epoch(3));
    assertThat(batches.epoch(4).getFirst()).isNotEqualTo(batches.epoch(3).getFirst());
    assertThat(other.epoch(3).getFirst()).isNotEqualTo(batches.epoch(3).getFirst());
  }

  @Test
  void aBatchHasSentencesOfSimilarLength() {
    int[] tokens = new Random(SEED).ints(4_000, 3, 60).toArray();
    double spread =
        new SeededBatches(tokens, 400, 64, 1)
            .epoch(0).stream()
                .mapToInt(
                    batch ->
                        Arrays.stream(batch).map(i -> tokens[i]).max().orElseThrow()
                            - Arrays.stream(batch).map(i -> tokens[i]).min().orElseThrow())
                .average()
                .orElseThrow();
    assertThat(spread).isLessThan(12);
  }

  @Test
  void limitedExamplesMakeUpNoMoreThanTheirShareOfAnyBatch() {
    Random random = new Random(SEED);
    int[] tokens = new int[1_000];
    List<Boolean> limited = new ArrayList<>();
    for (int i = 0; i < tokens.length; i++) {
      limited.add(i % 2 == 0);
      tokens[i] = limited.get(i) ? 3 + random.nextInt(4) : 10 + random.nextInt(30);
    }
    Mixture mixture = new Mixture(List.of(), false, limited, 0.15);
    List<int[]> epoch = new SeededBatches(tokens, 600, 40, 1, mixture).epoch(0);
    int seen = 0;
    for (int[] batch : epoch) {
      long some = Arrays.stream(batch).filter(limited::get).count();
      seen += some;
      assertThat(some).isLessThanOrEqualTo((long) (0.15 * batch.length + 1e-9));
      assertThat(batch.length).isLessThanOrEqualTo(40);
      assertThat(Arrays.stream(batch).map(i -> tokens[i]).sum()).isLessThanOrEqualTo(600);
    }
    assertThat(seen).as("seed %d", SEED).isBetween(40, 90);
    assertThat(epoch.stream().flatMapToInt(Arrays::stream).filter(i -> !limited.get(i)).sorted())
        .as("of the others every one comes once")
        .containsExactlyElementsOf(
            IntStream.range(0, tokens.length).filter(i -> !limited.get(i)).boxed().toList());
  }

  @Test
  void sourcesShareAnEpochByTheRootsOfTheirSizes() {
    int[] tokens = new int[1_000];
    Arrays.fill(tokens, 10);
    List<Integer> sources =
        IntStream.range(0, tokens.length).map(i -> i < 100 ? 0 : 1).boxed().toList();
    SeededBatches batches =
        new SeededBatches(tokens, 300, 40, 1, new Mixture(sources, true, List.of(), 1));
    Set<Integer> everSeen = new HashSet<>();
    for (int number = 0; number < 6; number++) {
      int[] epoch = batches.epoch(number).stream().flatMapToInt(Arrays::stream).toArray();
      // Roots of 100 and 900 are as 1 to 3.
      assertThat(Arrays.stream(epoch).filter(i -> i < 100).count()).isEqualTo(250);
      assertThat(epoch).hasSize(1_000);
      Arrays.stream(epoch).forEach(everSeen::add);
    }
    assertThat(everSeen).as("what one epoch leaves out another has").hasSizeGreaterThan(995);
  }

  @Test
  void theLearningRateRisesThenDecays() {
    LearningRateSchedule constant =
        new LearningRateSchedule(1, 4, LearningRateSchedule.Decay.CONSTANT);
    LearningRateSchedule linear = new LearningRateSchedule(1, 4, LearningRateSchedule.Decay.LINEAR);
    LearningRateSchedule cosine = new LearningRateSchedule(1, 4, LearningRateSchedule.Decay.COSINE);
    for (LearningRateSchedule each : List.of(constant, linear, cosine)) {
      assertThat(each.at(0, 24)).isEqualTo(0.25);
      assertThat(each.at(3, 24)).isEqualTo(1);
      assertThat(each.at(4, 24)).isEqualTo(1, within(1e-12));
    }
    assertThat(constant.at(23, 24)).isEqualTo(1);
    assertThat(linear.at(14, 24)).isEqualTo(0.5, within(1e-12));
    assertThat(linear.at(23, 24)).isEqualTo(0.05, within(1e-12));
    assertThat(cosine.at(14, 24)).isEqualTo(0.5, within(1e-12));
    assertThat(cosine.at(23, 24)).isLessThan(0.01).isPositive();
  }
}
