package org.isogloss.streams.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Which windows are open, and which may be committed next.
 *
 * <p>The contract:
 *
 * <ul>
 *   <li>Windows of a partition commit in the order they were opened, and only those that are done.
 *   <li>A window is taken for a commit, then either committed or given back; while it is taken, no
 *       other commit takes it, and its partition's revocation waits for it.
 *   <li>When a partition goes, its open windows are discarded and never taken again. Windows opened
 *       after it came back are other windows; an old one can not be mistaken for them.
 * </ul>
 *
 * <p>Safe for several threads.
 */
final class WindowLedger {
  private final Map<TopicPartition, Deque<Window>> open = new HashMap<>();
  private final Set<Window> taken = new HashSet<>();
  private int records;
  private long bytes;

  synchronized void open(Window window) {
    open.computeIfAbsent(window.partition(), p -> new ArrayDeque<>()).addLast(window);
    records += window.records();
    bytes += window.bytes();
  }

  /**
   * Takes what may be committed now: of every partition the done windows before the first that is
   * not.
   *
   * @param maxRecords stop once this many records are taken; the window that reaches it is included
   */
  synchronized List<Window> take(int maxRecords) {
    List<Window> ready = new ArrayList<>();
    int count = 0;
    for (Deque<Window> windows : open.values()) {
      for (Window window : windows) {
        if (!window.isDone() || taken.contains(window) || count >= maxRecords) {
          break;
        }
        ready.add(window);
        count += window.records();
      }
    }
    taken.addAll(ready);
    return List.copyOf(ready);
  }

  /** The windows are in the log: they are no longer open. */
  synchronized void committed(Collection<Window> windows) {
    for (Window window : windows) {
      taken.remove(window);
      Deque<Window> ofPartition = open.get(window.partition());
      if (ofPartition == null || !ofPartition.remove(window)) {
        throw new IllegalStateException(
            window.partition() + ": committed a window that is not open");
      }
      close(window);
    }
    notifyAll();
  }

  /** The windows could not be committed: those not discarded may be taken again. */
  synchronized void giveBack(Collection<Window> windows) {
    for (Window window : windows) {
      taken.remove(window);
      if (window.isDiscarded()) {
        Deque<Window> ofPartition = open.get(window.partition());
        if (ofPartition != null && ofPartition.remove(window)) {
          close(window);
        }
      }
    }
    notifyAll();
  }

  /**
   * Waits until the partitions have no open windows, or the time is over.
   *
   * @return whether they have none
   */
  synchronized boolean awaitNone(Collection<TopicPartition> partitions, Duration bound)
      throws InterruptedException {
    long deadline = System.nanoTime() + bound.toNanos();
    while (partitions.stream().anyMatch(this::isOpen)) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return true;
  }

  /**
   * Discards the open windows of partitions that are no longer ours. A window in a commit under way
   * stays until that commit has ended, one way or the other.
   *
   * @return how many
   */
  synchronized int discard(Collection<TopicPartition> partitions) {
    int discarded = 0;
    for (TopicPartition partition : partitions) {
      Deque<Window> windows = open.getOrDefault(partition, new ArrayDeque<>());
      for (Window window : List.copyOf(windows)) {
        window.discard();
        discarded++;
        if (!taken.contains(window)) {
          windows.remove(window);
          close(window);
        }
      }
    }
    notifyAll();
    return discarded;
  }

  synchronized Set<TopicPartition> partitions() {
    Set<TopicPartition> partitions = new HashSet<>();
    open.forEach(
        (partition, windows) -> {
          if (!windows.isEmpty()) {
            partitions.add(partition);
          }
        });
    return partitions;
  }

  synchronized int windows() {
    return open.values().stream().mapToInt(Deque::size).sum();
  }

  /** Records read and not yet committed. */
  synchronized int records() {
    return records;
  }

  /** Bytes of those records. */
  synchronized long bytes() {
    return bytes;
  }

  private boolean isOpen(TopicPartition partition) {
    Deque<Window> windows = open.get(partition);
    return windows != null && !windows.isEmpty();
  }

  private void close(Window window) {
    records -= window.records();
    bytes -= window.bytes();
  }
}
