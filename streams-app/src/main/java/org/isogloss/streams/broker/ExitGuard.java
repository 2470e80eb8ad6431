package org.isogloss.streams.broker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Exit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps Kafka from ending the JVM. A dead disk makes a broker halt; here it must fail alone. The
 * procedures are global to the process, set once and never taken back.
 */
final class ExitGuard {
  private static final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private static boolean installed;

  private ExitGuard() {}

  static synchronized void install() {
    if (!installed) {
      Exit.setExitProcedure(ExitGuard::tell);
      Exit.setHaltProcedure(ExitGuard::tell);
      installed = true;
    }
  }

  static void add(Consumer<String> listener) {
    listeners.add(listener);
  }

  static void remove(Consumer<String> listener) {
    listeners.remove(listener);
  }

  private static void tell(int status, @Nullable String message) {
    String reason =
        "the broker gave up with status " + status + (message == null ? "" : ": " + message);
    listeners.forEach(listener -> listener.accept(reason));
  }
}
