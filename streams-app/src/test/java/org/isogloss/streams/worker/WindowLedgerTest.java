package org.isogloss.streams.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class WindowLedgerTest {
  private static final long SEED = Long.getLong("isogloss.seed", 20261124L);
  private static final int SCHEDULES = 3000;
  private static final Window.Fallback NO_FALLBACK =
      (rejected, original) -> {
        throw new AssertionError("nothing is refused here");
      };

  /** A partition's log as a group sees it: what is committed, and where reading goes on. */
  private static final class Log {
    long committed;
    long read;
    final List<Long> results = new ArrayList<>();
  }

  @Test
  void everyScheduleCommitsEveryOffsetOnceAndInOrder() {
    for (int schedule = 0; schedule < SCHEDULES; schedule++) {
      long seed = SEED + schedule;
      Random random = new Random(seed);
      WindowLedger ledger = new WindowLedger();
      Map<TopicPartition, Log> logs = new HashMap<>();
      for (int p = 0; p < 1 + random.nextInt(4); p++) {
        logs.put(new TopicPartition("t", p), new Log());
      }
      List<TopicPartition> partitions = List.copyOf(logs.keySet());
      Map<Window, Long> starts = new HashMap<>();
      List<Window> unfinished = new ArrayList<>();
      List<Window> inCommit = new ArrayList<>();
      for (int step = 0; step < 200; step++) {
        TopicPartition partition = partitions.get(random.nextInt(partitions.size()));
        Log log = logs.get(partition);
        if (log == null) {
          throw new AssertionError();
        }
        switch (random.nextInt(7)) {
          case 0, 1 -> {
            int records = 1 + random.nextInt(3);
            Window window = new Window(partition, log.read + records, records, 10L * records);
            starts.put(window, log.read);
            log.read += records;
            ledger.open(window);
            unfinished.add(window);
          }
          case 2, 3 -> {
            if (!unfinished.isEmpty()) {
              Window window = unfinished.remove(random.nextInt(unfinished.size()));
              for (int r = 0; r < window.records(); r++) {
                boolean done = window.complete(r, List.of(), NO_FALLBACK);
                assertThat(done).isEqualTo(r == window.records() - 1);
              }
            }
          }
          case 4 -> {
            if (inCommit.isEmpty()) {
              inCommit.addAll(ledger.take(1 + random.nextInt(6)));
            }
          }
          case 5 -> {
            finishCommit(ledger, inCommit, starts, logs, random.nextBoolean(), seed);
          }
          case 6 -> {
            if (random.nextInt(4) == 0) {
              // The partition goes; whoever comes next, perhaps we, reads from what is committed.
              ledger.discard(Set.of(partition));
              if (inCommit.stream().anyMatch(w -> w.partition().equals(partition))) {
                // The broker refuses the whole transaction of a group that has moved on.
                finishCommit(ledger, inCommit, starts, logs, false, seed);
              }
              log.read = log.committed;
            }
          }
          default -> throw new AssertionError();
        }
      }
      finishCommit(ledger, inCommit, starts, logs, true, seed);
      for (Window window : unfinished) {
        for (int r = 0; r < window.records(); r++) {
          window.complete(r, List.of(), NO_FALLBACK);
        }
      }
      for (List<Window> rest = ledger.take(5); !rest.isEmpty(); rest = ledger.take(5)) {
        inCommit.addAll(rest);
        finishCommit(ledger, inCommit, starts, logs, true, seed);
      }
      assertThat(ledger.windows()).as("seed %d", seed).isZero();
      assertThat(ledger.records()).as("seed %d", seed).isZero();
      assertThat(ledger.bytes()).as("seed %d", seed).isZero();
      for (Log log : logs.values()) {
        assertThat(log.committed).as("seed %d", seed).isEqualTo(log.read);
        assertThat(log.results).as("seed %d", seed).hasSize((int) log.read).doesNotHaveDuplicates();
      }
    }
  }

  private static void finishCommit(
      WindowLedger ledger,
      List<Window> inCommit,
      Map<Window, Long> starts,
      Map<TopicPartition, Log> logs,
      boolean succeeds,
      long seed) {
    Set<TopicPartition> seen = new HashSet<>();
    if (!succeeds || inCommit.stream().anyMatch(Window::isDiscarded)) {
      ledger.giveBack(inCommit);
    } else {
      for (Window window : inCommit) {
        Log log = logs.get(window.partition());
        Long start = starts.get(window);
        if (log == null || start == null) {
          throw new AssertionError();
        }
        assertThat(start)
            .as("windows of %s commit in order, seed %d", window.partition(), seed)
            .isEqualTo(log.committed);
        seen.add(window.partition());
        log.committed = window.nextOffset();
        for (long offset = start; offset < window.nextOffset(); offset++) {
          log.results.add(offset);
        }
      }
      ledger.committed(inCommit);
    }
    inCommit.clear();
  }

  @Test
  void aRevocationWaitsForWhatIsOpen() throws InterruptedException {
    WindowLedger ledger = new WindowLedger();
    TopicPartition partition = new TopicPartition("t", 0);
    Window window = new Window(partition, 1, 1, 1);
    ledger.open(window);
    assertThat(ledger.awaitNone(Set.of(partition), Duration.ofMillis(20))).isFalse();
    window.complete(0, List.of(), NO_FALLBACK);
    Thread committer = new Thread(() -> ledger.committed(ledger.take(10)));
    committer.start();
    assertThat(ledger.awaitNone(Set.of(partition), Duration.ofSeconds(30))).isTrue();
    committer.join();
  }
}
