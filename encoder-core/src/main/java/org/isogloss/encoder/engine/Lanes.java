package org.isogloss.encoder.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Native calls side by side on a CPU, each on a thread of its own. A call that shares every
 * operator out among threads waits for all of them after every operator, and most operators of
 * modules are so small that this costs as much as they do. Safe for several threads.
 */
final class Lanes implements AutoCloseable {
  /** With fewer tokens to a lane, dense layers read their weights for too little. */
  static final int FEWEST_TOKENS = 256;

  private static final Object BARE = new Object();

  private final int count;
  private final ExecutorService threads;

  /**
   * @param count of lanes at most; 1: all runs on the caller's thread
   * @throws OutOfMemoryError if there cannot be so many threads
   */
  Lanes(int count) {
    this(count, threads(count));
  }

  Lanes(int count, ExecutorService threads) {
    this.count = count;
    this.threads = threads;
  }

  /** Started at once, so that a lack of threads shows here and not in the midst of a call. */
  private static ExecutorService threads(int count) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "encoder-lane-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    if (count > 1) {
      try {
        threads.prestartAllCoreThreads();
      } catch (OutOfMemoryError e) {
        threads.shutdown();
        throw e;
      }
    }
    return threads;
  }

  /**
   * Cuts a micro-batch into parts of about as many tokens, the same modules together, then the same
   * lengths. There are as many parts as lanes, or as many as can have {@link #FEWEST_TOKENS} on
   * average; one at least, and fewer where one sentence outweighs the rest.
   *
   * @return the items' places, each in one part; no part is empty
   */
  <T> List<List<Integer>> cut(List<BatchPlan.Item<T>> items) {
    List<Integer> places = IntStream.range(0, items.size()).boxed().toList();
    long left = items.stream().mapToLong(BatchPlan.Item::cost).sum();
    long lanesLeft = Math.min(count, left / FEWEST_TOKENS);
    if (lanesLeft <= 1) {
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
    long cost = 0;
    for (int place : sorted) {
      part.add(place);
      cost += items.get(place).cost();
      // The share of those lanes that have none yet: a long sentence is not made up for by one.
      if (cost * lanesLeft >= left) {
        parts.add(part);
        part = new ArrayList<>();
        left -= cost;
        lanesLeft--;
        cost = 0;
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
   * that began have ended, whether one of them fails, the caller is interrupted or there is no
   * thread for the next: what runs natively reads memory that the caller frees.
   *
   * @return the answers, in order
   * @throws RuntimeException the first in order that one of them ended with, the others suppressed;
   *     also any Error
   */
  <T, R> List<R> runAll(List<T> each, Function<T, R> task) {
    if (each.size() == 1) {
      return List.of(task.apply(each.getFirst()));
    }
    List<CompletableFuture<R>> begun = new ArrayList<>(each.size());
    List<Throwable> failures = new ArrayList<>();
    try {
      for (T one : each) {
        begun.add(CompletableFuture.supplyAsync(() -> task.apply(one), threads));
      }
    } catch (RuntimeException | Error e) {
      failures.add(e);
    }
    // Waits for all, and on through an interrupt, which it leaves set.
    CompletableFuture.allOf(begun.toArray(CompletableFuture[]::new))
        .exceptionally(failure -> null)
        .join();
    for (CompletableFuture<R> one : begun) {
      if (one.isCompletedExceptionally()) {
        failures.add(one.exceptionNow());
      }
    }
    if (failures.isEmpty()) {
      return begun.stream().map(CompletableFuture::resultNow).toList();
    }
    Throwable first = failures.getFirst();
    failures.stream().skip(1).filter(other -> other != first).forEach(first::addSuppressed);
    switch (first) {
      case RuntimeException failure -> throw failure;
      case Error error -> throw error;
      default -> throw new IllegalStateException(first);
    }
  }

  /** Calls under way end; later ones are refused. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
