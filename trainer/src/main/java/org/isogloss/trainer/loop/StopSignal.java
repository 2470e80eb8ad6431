package org.isogloss.trainer.loop;

import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Asks what trains to stop in order: after the step that is under way, with a checkpoint, native
 * memory closed. A process must not end while a thread of its own is inside libtorch.
 *
 * <p>Safe for several threads.
 */
public final class StopSignal {
  private final Optional<StopSignal> outer;
  private volatile String reason = "";
  private volatile boolean heeded;

  public StopSignal() {
    this(Optional.empty());
  }

  private StopSignal(Optional<StopSignal> outer) {
    this.outer = outer;
  }

  /** A signal of its own that is also given whenever this one is. */
  public StopSignal within() {
    return new StopSignal(Optional.of(this));
  }

  /**
   * Gives the signal; the first reason stands.
   *
   * @param why for people, not empty
   */
  public synchronized void request(String why) {
    if (reason.isEmpty()) {
      reason = why;
    }
  }

  /** Why to stop; empty: go on. */
  public Optional<String> requested() {
    String own = reason;
    return own.isEmpty() ? outer.flatMap(StopSignal::requested) : Optional.of(own);
  }

  /** From now on the work looks at this signal now and then: whoever gives it may wait. */
  public void heed() {
    heeded = true;
  }

  /** Whether the work looks at this signal. */
  public boolean isHeeded() {
    return heeded;
  }

  /**
   * Stops here, if that was asked for.
   *
   * @param where for people
   * @throws IsoglossException TRAINING_STOPPED
   */
  public void check(String where) {
    requested()
        .ifPresent(
            why -> {
              throw new IsoglossException(
                  ErrorCode.TRAINING_STOPPED, "stopped %s: %s".formatted(where, why));
            });
  }
}
