package org.isogloss.streams.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;

class RestartedPartTest {
  private static final IsoglossException FENCED =
      new IsoglossException(ErrorCode.FENCED, "the slot is another's");
  private static final RestartPolicy TWICE_A_MINUTE =
      new RestartPolicy(2, Duration.ofMinutes(1), Duration.ofMillis(1), Duration.ofMillis(1));

  private final List<Part> made = new CopyOnWriteArrayList<>();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();

  private final class Part implements PipelinePart {
    final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
    final int number = made.size();
    private final Runnable starting;

    Part(Runnable starting) {
      this.starting = starting;
      made.add(this);
    }

    @Override
    public void start() {
      starting.run();
      events.add("start " + number);
    }

    @Override
    public CompletableFuture<IsoglossException> failure() {
      return failure;
    }

    @Override
    public void close() {
      events.add("close " + number);
    }
  }

  private RestartedPart part(RestartPolicy policy) {
    return new RestartedPart("encoder", () -> new Part(() -> {}), policy, nanos::get);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void fail(int number) {
    await().until(() -> events.contains("start " + number));
    made.get(number).failure.complete(FENCED);
  }

  @Test
  void aPartThatStopsIsClosedAndAFreshOneTakesItsPlace() {
    try (RestartedPart part = part(TWICE_A_MINUTE)) {
      part.start();
      fail(0);
      await().until(() -> events.contains("start 1"));
      assertThat(part.failure()).isNotDone();
    }
    assertThat(events).containsExactly("start 0", "close 0", "start 1", "close 1");
  }

  @Test
  void itWorksFromItsStartToItsEndSaveWhileItIsStartedAgain() {
    CountDownLatch mayStartAgain = new CountDownLatch(1);
    RestartedPart part =
        new RestartedPart(
            "encoder",
            () -> {
              if (!made.isEmpty()) {
                awaitQuietly(mayStartAgain);
              }
              return new Part(() -> {});
            },
            TWICE_A_MINUTE,
            nanos::get);
    assertThat(part.isWorking()).isFalse();
    part.start();
    assertThat(part.isWorking()).isTrue();
    fail(0);
    await().until(() -> !part.isWorking());
    mayStartAgain.countDown();
    await().until(part::isWorking);
    part.close();
    assertThat(part.isWorking()).isFalse();
  }

  @Test
  void aPartThatStopsTooOftenHasFailedForItsLastReason() {
    try (RestartedPart part = part(TWICE_A_MINUTE)) {
      part.start();
      fail(0);
      fail(1);
      fail(2);
      assertThat(part.failure()).succeedsWithin(Duration.ofSeconds(30)).isSameAs(FENCED);
    }
    assertThat(made).hasSize(3);
  }

  @Test
  void restartsOfLongAgoNoLongerCount() {
    try (RestartedPart part = part(TWICE_A_MINUTE)) {
      part.start();
      for (int number = 0; number < 6; number++) {
        fail(number);
        // The clock moves on only when the restart has read it.
        String next = "start " + (number + 1);
        await().until(() -> events.contains(next));
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
      }
      assertThat(part.failure()).isNotDone();
    }
  }

  @Test
  void whatNoRestartCanMendIsAFailureAtOnce() {
    IsoglossException lasting = new IsoglossException(ErrorCode.BAD_TOPIC, "there is no topic");
    try (RestartedPart part = part(TWICE_A_MINUTE)) {
      part.start();
      made.getFirst().failure.complete(lasting);
      assertThat(part.failure()).succeedsWithin(Duration.ofSeconds(30)).isSameAs(lasting);
    }
    assertThat(made).hasSize(1);
  }

  @Test
  void aRestartThatFailsCountsAndIsFollowedByTheNext() {
    RestartedPart part =
        new RestartedPart(
            "encoder",
            () ->
                new Part(
                    () -> {
                      if (made.size() == 2) {
                        throw new IsoglossException(ErrorCode.BROKER_UNREACHABLE, "nobody there");
                      }
                    }),
            TWICE_A_MINUTE,
            nanos::get);
    try (part) {
      part.start();
      fail(0);
      await().until(() -> events.contains("start 2"));
      assertThat(events).containsExactly("start 0", "close 0", "close 1", "start 2");
      fail(2);
      assertThat(part.failure()).succeedsWithin(Duration.ofSeconds(30)).isSameAs(FENCED);
    }
  }

  @Test
  void aFirstStartThatFailsIsNotRepeated() {
    IsoglossException unreachable = new IsoglossException(ErrorCode.BROKER_UNREACHABLE, "h:1");
    RestartedPart part =
        new RestartedPart(
            "encoder",
            () ->
                new Part(
                    () -> {
                      throw unreachable;
                    }),
            TWICE_A_MINUTE,
            nanos::get);
    assertThatThrownBy(part::start).isSameAs(unreachable);
    part.close();
    assertThat(events).containsExactly("close 0");
  }

  @Test
  void nothingIsStartedOnceClosingHasBegun() {
    Duration pause = Duration.ofMillis(200);
    RestartedPart part = part(new RestartPolicy(2, Duration.ofMinutes(1), pause, pause));
    part.start();
    fail(0);
    await().until(() -> events.contains("close 0"));
    part.close();
    await().during(pause.multipliedBy(2)).until(() -> made.size() == 1);
    assertThat(part.failure()).isNotDone();
  }

  @Test
  void pausesDoubleUpToTheLongest() {
    RestartPolicy policy =
        new RestartPolicy(9, Duration.ofHours(1), Duration.ofMillis(500), Duration.ofSeconds(3));
    assertThat(List.of(policy.pause(0), policy.pause(1), policy.pause(2), policy.pause(3)))
        .containsExactly(
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3));
    assertThat(policy.pause(8)).isEqualTo(Duration.ofSeconds(3));
  }
}
