package org.isogloss.streams.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.Test;

class RunningPartsTest {
  private final List<String> events = new CopyOnWriteArrayList<>();

  private final class Part implements PipelinePart {
    private final String name;
    private final Runnable starting;
    final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();

    Part(String name, Runnable starting) {
      this.name = name;
      this.starting = starting;
    }

    @Override
    public void start() {
      starting.run();
      events.add("start " + name);
    }

    @Override
    public CompletableFuture<IsoglossException> failure() {
      return failure;
    }

    @Override
    public void close() {
      events.add("close " + name);
    }
  }

  @Test
  void partsStartSideBySideAndCloseInTheOrderOfTheFlow() {
    CountDownLatch both = new CountDownLatch(2);
    Runnable meet =
        () -> {
          both.countDown();
          try {
            both.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    RunningParts running =
        RunningParts.start(List.of(new Part("router", meet), new Part("encoder", meet)));
    running.close();
    running.close();
    assertThat(events).hasSize(4).endsWith("close router", "close encoder");
  }

  @Test
  void aPartThatCannotStartStopsTheOthersAndSaysWhy() {
    IsoglossException unreachable = new IsoglossException(ErrorCode.BROKER_UNREACHABLE, "h:1");
    Part broken =
        new Part(
            "encoder",
            () -> {
              throw unreachable;
            });
    assertThatThrownBy(() -> RunningParts.start(List.of(new Part("router", () -> {}), broken)))
        .isSameAs(unreachable);
    assertThat(events).containsExactly("start router", "close router", "close encoder");
  }

  @Test
  void aPartThatStopsOnItsOwnIsTold() {
    Part encoder = new Part("encoder", () -> {});
    RunningParts running = RunningParts.start(List.of(new Part("router", () -> {}), encoder));
    assertThat(running.failure()).isNotDone();
    IsoglossException fenced = new IsoglossException(ErrorCode.FENCED, "slot 0");
    encoder.failure.complete(fenced);
    assertThat(running.failure()).isCompletedWithValue(fenced);
  }
}
