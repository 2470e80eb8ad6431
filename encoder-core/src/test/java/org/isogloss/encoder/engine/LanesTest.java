package org.isogloss.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261130L);

  @Test
  void everyItemIsInOnePartAndPartsWeighAboutTheSame() {
    Random random = new Random(SEED);
    for (int round = 0; round < 2000; round++) {
      int count = 1 + random.nextInt(4);
      List<Language> languages =
          List.of(new Language(true, true), new Language(true, false), new Language(false, true));
      List<BatchPlan.Item<String>> items = new ArrayList<>();
      int sentences = 1 + random.nextInt(60);
      for (int i = 0; i < sentences; i++) {
        int language = random.nextInt(4);
        boolean monolingual = random.nextBoolean();
        items.add(
            new BatchPlan.Item<>(
                tokens(2 + random.nextInt(60)),
                monolingual,
                !monolingual || random.nextBoolean(),
                language == 3 ? null : languages.get(language)));
      }
      long total = items.stream().mapToLong(BatchPlan.Item::cost).sum();
      long most = items.stream().mapToLong(BatchPlan.Item::cost).max().orElseThrow();
      try (Lanes lanes = new Lanes(count)) {
        List<List<Integer>> parts = lanes.cut(items);
        String where = "seed %d, round %d".formatted(SEED, round);
        assertThat(parts.stream().flatMap(List::stream))
            .as(where)
            .containsExactlyInAnyOrderElementsOf(IntStream.range(0, sentences).boxed().toList());
        // No sentence of these outweighs a lane.
        long wanted = Math.clamp(total / Lanes.FEWEST_TOKENS, 1, count);
        assertThat(parts).as(where).hasSize((int) wanted);
        for (List<Integer> part : parts) {
          assertThat(part.stream().mapToLong(place -> items.get(place).cost()).sum())
              .as(where)
              .isBetween(total / wanted - most * wanted, total / wanted + most);
        }
        if (wanted > 1) {
          assertThat(stretches(items, parts)).as(where).isLessThanOrEqualTo(4 + parts.size() - 1);
        }
      }
    }
  }

  @Test
  void aSentenceThatOutweighsTheRestLeavesTheOthersTogether() {
    List<BatchPlan.Item<String>> items = new ArrayList<>();
    items.add(new BatchPlan.Item<>(tokens(4_000), true, false, new Language(true, false)));
    Language other = new Language(true, false);
    for (int i = 0; i < 10; i++) {
      items.add(new BatchPlan.Item<>(tokens(10 + i), true, false, other));
    }
    try (Lanes lanes = new Lanes(2)) {
      assertThat(lanes.cut(items))
          .containsExactly(List.of(0), IntStream.rangeClosed(1, 10).boxed().toList());
    }
  }

  @Test
  void aLanguageIsCutOnlyWhereAPartIsFull() {
    Language de = new Language(true, false);
    Language ko = new Language(true, false);
    List<BatchPlan.Item<String>> items = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      items.add(new BatchPlan.Item<>(tokens(20), true, false, i % 2 == 0 ? de : ko));
    }
    try (Lanes lanes = new Lanes(2)) {
      assertThat(lanes.cut(items))
          .containsExactly(
              IntStream.range(0, 15).map(i -> 2 * i).boxed().toList(),
              IntStream.range(0, 15).map(i -> 2 * i + 1).boxed().toList());
    }
  }

  @Test
  void partsRunSideBySideAndAnswerInOrder() {
    CountDownLatch together = new CountDownLatch(3);
    try (Lanes lanes = new Lanes(3)) {
      assertThat(
              lanes.runAll(
                  List.of(1, 2, 3),
                  number -> {
                    together.countDown();
                    return await(together) ? number * 10 : -1;
                  }))
          .containsExactly(10, 20, 30);
    }
  }

  @Test
  void aSinglePartRunsOnTheCallersThread() {
    try (Lanes lanes = new Lanes(2)) {
      assertThat(lanes.runAll(List.of("one"), part -> Thread.currentThread()))
          .containsExactly(Thread.currentThread());
    }
  }

  @Test
  void aFailureIsTheCallersOnceAllHaveEnded() {
    CountDownLatch failed = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    try (Lanes lanes = new Lanes(2)) {
      assertThatThrownBy(
              () ->
                  lanes.runAll(
                      List.of("bad", "slow"),
                      part -> {
                        if (part.equals("bad")) {
                          failed.countDown();
                          throw new IllegalArgumentException("of this part");
                        }
                        await(failed);
                        sleepUninterruptibly(100);
                        ended.set(true);
                        return part;
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("of this part");
      assertThat(ended).isTrue();
    }
  }

  @Test
  void allFailuresAreToldAndAnErrorStaysOne() {
    try (Lanes lanes = new Lanes(2)) {
      assertThatThrownBy(
              () ->
                  lanes.runAll(
                      List.of(1, 2),
                      number -> {
                        if (number == 1) {
                          throw new AssertionError("first");
                        }
                        throw new IllegalArgumentException("second");
                      }))
          .isInstanceOf(AssertionError.class)
          .hasMessage("first")
          .satisfies(
              failure ->
                  assertThat(failure.getSuppressed())
                      .singleElement()
                      .isInstanceOf(IllegalArgumentException.class));
    }
  }

  @Test
  void whatBeganIsWaitedForWhereThereIsNoThreadForTheNext() {
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch refused = new CountDownLatch(1);
    ExecutorService oneTaskOnly =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            (task, executor) -> {
              refused.countDown();
              throw new RejectedExecutionException("no thread");
            });
    try (Lanes lanes = new Lanes(2, oneTaskOnly)) {
      assertThatThrownBy(
              () ->
                  lanes.runAll(
                      List.of(1, 2),
                      number -> {
                        await(refused);
                        sleepUninterruptibly(100);
                        ended.set(true);
                        return number;
                      }))
          .isInstanceOf(RejectedExecutionException.class);
      assertThat(ended).isTrue();
    }
  }

  @Test
  void anInterruptedCallerStillWaitsAndStaysInterrupted() {
    AtomicBoolean ended = new AtomicBoolean();
    try (Lanes lanes = new Lanes(2)) {
      Thread.currentThread().interrupt();
      List<String> answers =
          lanes.runAll(
              List.of("a", "b"),
              part -> {
                sleepUninterruptibly(100);
                ended.set(true);
                return part;
              });
      assertThat(Thread.interrupted()).isTrue();
      assertThat(ended).isTrue();
      assertThat(answers).containsExactly("a", "b");
    }
  }

  @Test
  void closedLanesTakeNothing() {
    Lanes lanes = new Lanes(2);
    lanes.close();
    assertThatThrownBy(() -> lanes.runAll(List.of(1, 2), part -> part))
        .isInstanceOf(RejectedExecutionException.class);
  }

  /** Runs of items that share modules, over all parts. */
  private static int stretches(List<BatchPlan.Item<String>> items, List<List<Integer>> parts) {
    int stretches = 0;
    for (List<Integer> part : parts) {
      Object before = null;
      for (int place : part) {
        BatchPlan.Item<String> item = items.get(place);
        ComposedModules<String> modules = item.modules();
        Object group =
            modules != null && (modules.actsOnTokens() || item.adapted()) ? modules : "bare";
        stretches += group == before ? 0 : 1;
        before = group;
      }
    }
    return stretches;
  }

  private static TokenSequence tokens(int length) {
    return new TokenSequence(new int[length], false);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void sleepUninterruptibly(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Language(boolean actsOnTokens, boolean adapts) implements ComposedModules<String> {
    @Override
    public String language() {
      return "language";
    }

    @Override
    public Optional<String> adapter() {
      return adapts ? Optional.of("adapter") : Optional.empty();
    }

    @Override
    public Optional<String> finish(View view) {
      return Optional.empty();
    }
  }
}
