package org.isogloss.mining;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Threads of one search, which do work that is cut into numbered pieces. They are the search's own:
 * native libraries keep settings per thread, which would stay behind on shared ones.
 */
final class Workers implements AutoCloseable {
  private final int threads;
  private final ExecutorService pool;

  Workers(int threads) {
    this.threads = threads;
    pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("isogloss-mining-", 0).factory());
  }

  /**
   * Does pieces 0 to count - 1, in any order, and returns when all are done. The first failure ends
   * it early and is thrown.
   */
  void run(int count, IntConsumer piece) {
    AtomicInteger next = new AtomicInteger();
    CompletableFuture<?>[] all = new CompletableFuture<?>[Math.min(threads, count)];
    for (int i = 0; i < all.length; i++) {
      all[i] =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int at = next.getAndIncrement(); at < count; at = next.getAndIncrement()) {
                    piece.accept(at);
                  }
                } catch (Throwable e) {
                  next.set(count);
                  throw e;
                }
              },
              pool);
    }
    try {
      CompletableFuture.allOf(all).join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw e;
      }
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
