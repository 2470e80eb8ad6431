package org.isogloss.it.process;

import java.time.Duration;

/** Ends a child process when the process that started it is gone, however that ended. */
public final class Leash {
  /** The exit code of a program that gave up. */
  public static final int FAILED = 71;

  private static final int ORPHANED = 70;

  /** Between two lines of {@link Vitals}. */
  public static final Duration VITALS_EVERY = Duration.ofSeconds(20);

  private Leash() {}

  /** Binds this process to its parent. */
  public static void attach() {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            parent -> {
              var unused = parent.onExit().thenRun(() -> Runtime.getRuntime().halt(ORPHANED));
            });
  }

  /** Tells the parent, through the log, that this program serves. */
  public static void ready() {
    System.out.println(JavaProcess.READY);
    System.out.flush();
  }

  /** Ends this process with a failure. */
  public static void fail(Throwable failure) {
    System.out.println("== failed: " + failure);
    System.out.flush();
    Runtime.getRuntime().halt(FAILED);
  }

  /** Returns never: the process ends by a signal. Writes its {@link Vitals} from time to time. */
  public static void serve() {
    try {
      while (true) {
        Thread.sleep(VITALS_EVERY);
        System.out.println(Vitals.now().line());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
