package org.isogloss.streams.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How loud the log on the console is: warnings, or with {@code --verbose} what we do. */
final class Logging {
  private Logging() {}

  static void configure(boolean verbose) {
    if (LoggerFactory.getLogger("org.isogloss") instanceof Logger ours) {
      ours.setLevel(verbose ? Level.DEBUG : Level.WARN);
    }
  }
}
