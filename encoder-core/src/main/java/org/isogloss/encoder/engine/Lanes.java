package org.isogloss.encoder.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Native calls side by side on a CPU, each on a thread of its own that shares no work out. A call
 * that shares every operator out among threads waits for all of them after every operator, and most
 * operators of modules are so small that this costs as much as they do. Safe for several threads.
 */
final class Lanes implements AutoCloseable {
  /** With fewer tokens to a lane, dense layers read their weights for too little. */
  static final int FEWEST_TOKENS = 256;

  private static final Object BARE = new Object();

  private final int count;
  private final ExecutorService threads;

  /**
   * @param count of lanes; 1: all runs on the caller's thread
   */
  Lanes(int count) {
    this.count = count;
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            count,
            task -> {
              Thread thread = new Thread(task, "encoder-lane-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Cuts a micro-batch into parts of about as many tokens, the same modules together, then the same
   * lengths. One part if it is too small for all lanes, fewer than lanes if one sentence outweighs
   * the rest.
   *
   * @return the items' places, each in one part; no part is empty
   */
  <T> List<List<Integer>> cut(List<BatchPlan.Item<T>> items) {
    List<Integer> places = IntStream.range(0, items.size()).boxed().toList();
    long total = items.stream().mapToLong(BatchPlan.Item::cost).sum();
    if (count == 1 || total < (long) count * FEWEST_TOKENS) {
      return List.of(places);
    }
    Map<Object, Integer> order = new IdentityHashMap<>();
    for (BatchPlan.Item<T> item : items) {
      order.putIfAbsent(group(item), order.size());
    }
    List<Integer> sorted = new ArrayList<>(places);
    sorted.sort(
        Comparator.<Integer>comparingInt(place -> order.getOrDefault(group(items.get(place)), 0))
            .thenComparingInt(place -> items.get(place).tokens().length()));
    List<List<Integer>> parts = new ArrayList<>(count);
    List<Integer> part = new ArrayList<>();
    long done = 0;
    for (int place : sorted) {
      part.add(place);
      done += items.get(place).cost();
      if (done * count >= total * (parts.size() + 1)) {
        parts.add(part);
        part = new ArrayList<>();
      }
    }
    return parts;
  }

  /** Rows that only share what all share are one group. */
  private static Object group(BatchPlan.Item<?> item) {
    ComposedModules<?> modules = item.modules();
    return modules != null && (modules.actsOnTokens() || item.adapted()) ? modules : BARE;
  }

  /**
   * Does this with each, side by side; with a single one on the caller's thread. Returns when all
   * have ended, also where one of them fails or the caller is interrupted: what runs natively reads
   * memory that the caller frees.
   *
   * @return the answers, in order
   * @throws RuntimeException the first in order that one of them ended with; also any Error
   */
  <T, R> List<R> all(List<T> each, Function<T, R> task) {
    if (each.size() == 1) {
      return List.of(task.apply(each.getFirst()));
    }
    List<Future<R>> futures = new ArrayList<>(each.size());
    for (T one : each) {
      futures.add(threads.submit(() -> task.apply(one)));
    }
    List<R> answers = new ArrayList<>(each.size());
    Throwable first = null;
    boolean interrupted = false;
    for (Future<R> future : futures) {
      while (true) {
        try {
          answers.add(future.get());
        } catch (ExecutionException e) {
          first = first == null ? e.getCause() : first;
        } catch (InterruptedException e) {
          interrupted = true;
          continue;
        }
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (first) {
      case null -> {}
      case RuntimeException failure -> throw failure;
      case Error error -> throw error;
      default -> throw new IllegalStateException(first);
    }
    return answers;
  }

  /** Calls under way end; later ones are refused. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
