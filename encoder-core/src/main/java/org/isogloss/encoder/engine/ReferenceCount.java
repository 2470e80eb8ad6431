package org.isogloss.encoder.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who uses something native; the last user out closes it. Begins with one user, its maker. Safe for
 * several threads.
 */
final class ReferenceCount {
  private final AtomicInteger users = new AtomicInteger(1);
  private final Runnable close;

  ReferenceCount(Runnable close) {
    this.close = close;
  }

  /**
   * One more user.
   *
   * @return false if the last one has left: then it is closed, and stays so
   */
  boolean tryAcquire() {
    while (true) {
      int count = users.get();
      if (count == 0) {
        return false;
      }
      if (users.compareAndSet(count, count + 1)) {
        return true;
      }
    }
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      close.run();
    }
  }
}
