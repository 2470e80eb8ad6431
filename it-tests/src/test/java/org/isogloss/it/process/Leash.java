package org.isogloss.it.process;

import java.util.concurrent.CountDownLatch;

/** Ends a child process when the process that started it is gone, however that ended. */
public final class Leash {
  /** The exit code of a program that gave up. */
  public static final int FAILED = 71;

  private static final int ORPHANED = 70;

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

  /** Returns never: the process ends by a signal. */
  public static void serve() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
