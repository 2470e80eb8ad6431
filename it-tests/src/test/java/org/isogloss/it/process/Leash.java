package org.isogloss.it.process;

/** Ends a child process when the process that started it is gone, however that ended. */
public final class Leash {
  private Leash() {}

  /** Binds this process to its parent. */
  public static void attach() {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            parent -> {
              var unused = parent.onExit().thenRun(() -> Runtime.getRuntime().halt(70));
            });
  }

  /** Tells the parent, through the log, that this program serves. */
  public static void ready() {
    System.out.println(JavaProcess.READY);
    System.out.flush();
  }
}
