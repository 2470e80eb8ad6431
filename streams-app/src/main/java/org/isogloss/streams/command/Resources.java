package org.isogloss.streams.command;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a command has opened: closed once, the latest first, at the end of the command or when the
 * process is told to end, whichever comes first. Safe for use by several threads.
 */
final class Resources implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Resources.class);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Thread hook;
  private boolean closed;

  private Resources(Runnable afterwards) {
    hook =
        Thread.ofPlatform()
            .name("isogloss-shutdown")
            .unstarted(
                () -> {
                  closeAll();
                  afterwards.run();
                });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Resources of a command that ends by itself: stopping it early is no success. */
  static Resources ofCommand() {
    return new Resources(() -> {});
  }

  /** Resources of a service: being told to stop is how it ends, and it ends well. */
  static Resources ofService() {
    return new Resources(() -> Runtime.getRuntime().halt(IsoglossCommand.DONE));
  }

  /** Takes charge of it. */
  synchronized <T extends AutoCloseable> T add(T resource) {
    if (closed) {
      close(resource);
      throw new IllegalStateException("the command is ending");
    }
    open.push(resource);
    return resource;
  }

  private synchronized void closeAll() {
    closed = true;
    while (!open.isEmpty()) {
      close(open.pop());
    }
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      // The others still have to be closed.
      log.warn("{} did not close", resource.getClass().getSimpleName(), e);
    }
  }

  @Override
  public void close() {
    closeAll();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      log.debug("the process is ending already", e);
    }
  }
}
