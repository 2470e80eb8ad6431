package org.isogloss.trainer.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.isogloss.trainer.loop.StopSignal;

/**
 * Lets a process that is told to end (SIGTERM, SIGINT) do so in order: what trains is asked to
 * stop, and the JVM waits until it has; work that does not heed the signal ends at once. A JVM that
 * ended while a step runs would tear libtorch down under the thread that is in it, and crash.
 */
final class OrderlyEnd {
  /** Longer than any step; whoever loses patience earlier has SIGKILL. */
  private static final long PATIENCE_MINUTES = 10;

  private final CountDownLatch reached = new CountDownLatch(1);
  private final Thread hook;
  private volatile int code;

  private OrderlyEnd(StopSignal stop) {
    hook = Thread.ofPlatform().name("orderly-end").unstarted(() -> await(stop));
  }

  /** From now on, the process being told to end gives this signal. */
  static OrderlyEnd onSignal(StopSignal stop) {
    OrderlyEnd end = new OrderlyEnd(stop);
    Runtime.getRuntime().addShutdownHook(end.hook);
    return end;
  }

  /** The work is done, and nothing native runs any more; the process ends with this code. */
  void reached(int exitCode) {
    code = exitCode;
    reached.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook ends it with the code.
    }
  }

  private void await(StopSignal stop) {
    stop.request("the process was told to end");
    try {
      if (stop.isHeeded() && reached.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        Runtime.getRuntime().halt(code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
