package org.isogloss.streams.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Where the log goes. The console gets our warnings, with {@code --verbose} everything of ours and
 * the warnings of others; a file, where there is one, gets what we do and the warnings of others.
 */
final class Logging {
  private static final String OURS = "org.isogloss";
  private static final String CONSOLE = "console";
  private static final String PATTERN = "%d{ISO8601} %-5level [%thread] %logger - %msg%n%ex";

  private Logging() {}

  static void configure(boolean verbose) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context) || !verbose) {
      return;
    }
    Logger ours = context.getLogger(OURS);
    Appender<ILoggingEvent> console = ours.getAppender(CONSOLE);
    ours.setLevel(Level.DEBUG);
    if (console != null) {
      console.clearAllFilters();
      ours.detachAppender(console);
      context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(console);
    }
  }

  /** From now on also to this file, which is appended to. */
  static void toFile(Path file) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setCharset(UTF_8);
    encoder.setPattern(PATTERN);
    encoder.start();
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context);
    appender.setFile(file.toString());
    appender.setEncoder(encoder);
    appender.start();
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
  }
}
