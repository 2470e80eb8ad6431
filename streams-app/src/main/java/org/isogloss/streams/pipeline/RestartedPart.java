package org.isogloss.streams.pipeline;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part that is started again when it stops on its own: a fresh one in its place, after a pause,
 * as often as the policy allows. Then, or where no restart can help, it has failed. A part that
 * cannot be started in the first place is not tried again. Safe for use by several threads.
 */
final class RestartedPart implements PipelinePart {
  private static final Logger log = LoggerFactory.getLogger(RestartedPart.class);

  private final String name;
  private final Supplier<? extends PipelinePart> maker;
  private final RestartPolicy policy;
  private final LongSupplier nanoClock;
  private final CompletableFuture<IsoglossException> failure = new CompletableFuture<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Used by one restarting thread after the other. */
  private final Deque<Long> restartedAtNanos = new ArrayDeque<>();

  private @Nullable PipelinePart current;
  private volatile boolean working;

  /**
   * @param name for messages: {@code encoder}
   * @param maker makes a part that has not been started
   */
  RestartedPart(
      String name,
      Supplier<? extends PipelinePart> maker,
      RestartPolicy policy,
      LongSupplier nanoClock) {
    this.name = name;
    this.maker = maker;
    this.policy = policy;
    this.nanoClock = nanoClock;
  }

  @Override
  public void start() {
    PipelinePart first = maker.get();
    if (install(first)) {
      first.start();
      working = true;
      watch(first);
    }
  }

  @Override
  public boolean isWorking() {
    return working && !failure.isDone() && !isClosing();
  }

  @Override
  public CompletableFuture<IsoglossException> failure() {
    return failure;
  }

  @Override
  public void close() {
    PipelinePart last;
    synchronized (this) {
      closing.countDown();
      last = current;
    }
    if (last != null) {
      last.close();
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Puts a part in place, so that closing closes it; not if that has begun. */
  private synchronized boolean install(PipelinePart part) {
    if (isClosing()) {
      return false;
    }
    current = part;
    return true;
  }

  /** On a thread of its own, since whoever tells of the failure must end before it is closed. */
  private void watch(PipelinePart part) {
    var unused =
        part.failure()
            .thenAcceptAsync(
                reason -> replace(part, reason),
                task -> Thread.ofVirtual().name("restart-" + name).start(task));
  }

  private void replace(PipelinePart stopped, IsoglossException cause) {
    working = false;
    PipelinePart broken = stopped;
    IsoglossException reason = cause;
    while (!isClosing()) {
      closeQuietly(broken);
      Optional<Duration> pause = pauseBeforeRestart(reason);
      if (pause.isEmpty()) {
        log.error("the {} stopped for good: {}", name, reason.getMessage());
        failure.complete(reason);
        return;
      }
      log.warn(
          "the {} stopped ({}); started again in {} ms, restart {} of {}",
          name,
          reason.getMessage(),
          pause.orElseThrow().toMillis(),
          restartedAtNanos.size(),
          policy.restarts());
      if (isClosingWithin(pause.orElseThrow())) {
        return;
      }
      PipelinePart next = maker.get();
      if (!install(next)) {
        return;
      }
      try {
        next.start();
        working = true;
        log.warn("the {} works again", name);
        watch(next);
        return;
      } catch (IsoglossException e) {
        reason = e;
      } catch (RuntimeException e) {
        reason = new IsoglossException(ErrorCode.INTERNAL, "the " + name + " failed: " + e, e);
      }
      broken = next;
    }
  }

  private Optional<Duration> pauseBeforeRestart(IsoglossException reason) {
    long now = nanoClock.getAsLong();
    while (!restartedAtNanos.isEmpty()
        && now - restartedAtNanos.getFirst() > policy.period().toNanos()) {
      restartedAtNanos.removeFirst();
    }
    if (!RestartPolicy.mayHelp(reason) || restartedAtNanos.size() >= policy.restarts()) {
      return Optional.empty();
    }
    Duration pause = policy.pause(restartedAtNanos.size());
    restartedAtNanos.addLast(now);
    return Optional.of(pause);
  }

  private boolean isClosingWithin(Duration time) {
    try {
      return closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void closeQuietly(PipelinePart part) {
    try {
      part.close();
    } catch (RuntimeException e) {
      // Its successor still has to start.
      log.warn("the {} that stopped did not close", name, e);
    }
  }
}
